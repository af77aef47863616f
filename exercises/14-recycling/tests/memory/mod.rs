//! An allocator that counts, and futures that watch. Each test has a thread of its own.

#![allow(dead_code, reason = "each file of tests uses a part")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

thread_local! {
    /// How many allocations this thread has made, and how many of them it has freed.
    static COUNT: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

struct Counting;

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (made, freed) = COUNT.get();
        COUNT.set((made + 1, freed));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (made, freed) = COUNT.get();
        COUNT.set((made, freed + 1));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `action` makes, and how many it frees.
pub fn count(action: impl FnOnce()) -> (usize, usize) {
    let (made, freed) = COUNT.get();
    action();
    let (made_now, freed_now) = COUNT.get();
    (made_now - made, freed_now - freed)
}

/// Polls once, with a waker that does nothing.
pub fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The output of a future that is ready at once.
pub fn run<F: Future>(future: F) -> F::Output {
    match poll(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("this future is ready at once"),
    }
}

/// Returns the address of a value in the future.
pub fn address<A>(value: A) -> impl Future<Output = usize> {
    poll_fn(move |_| Poll::Ready((&raw const value).addr()))
}

/// Runs its function when it is dropped.
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A future that is never ready, and keeps a value.
pub async fn keep<V>(value: V) {
    let _value = value;
    pending::<()>().await;
}

/// A future whose destructor panics after its first poll.
pub async fn bad() {
    keep(OnDrop(|| panic!("this panic is part of the test"))).await;
}

#[repr(align(256))]
pub struct Aligned(pub u8);
