//! The promises of `ThinFuture`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::marker::PhantomPinned;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use one_allocation_exercises::thin::ThinFuture;

fn poll_once<T>(future: ThinFuture<T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

thread_local! {
    /// How many `Counted` were dropped on this thread. Each test has its own thread.
    static DROPPED: Cell<u32> = const { Cell::new(0) };
}

/// Counts its destructors. It owns nothing, so that a second call does no harm.
struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

thread_local! {
    /// How many allocations this thread has made, and how many of them it has freed.
    static ALLOCATED: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// Counts the allocations of each thread.
struct Counting;

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (made, freed) = ALLOCATED.get();
        ALLOCATED.set((made + 1, freed));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (made, freed) = ALLOCATED.get();
        ALLOCATED.set((made, freed + 1));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn it_is_one_allocation_that_is_freed() {
    let (made, freed) = ALLOCATED.get();
    let future = ThinFuture::new(ready([7_u64; 16]));
    let (made_now, _) = ALLOCATED.get();
    drop(future);
    let (_, freed_now) = ALLOCATED.get();
    assert_eq!((made_now - made, freed_now - freed), (1, 1), "allocated and freed");
}

#[test]
fn it_is_one_pointer_wide() {
    let future = ThinFuture::new(ready(7));
    assert_eq!(
        size_of_val(&future),
        size_of::<usize>(),
        "bytes of a `ThinFuture`, and of a pointer"
    );
    assert_eq!(poll_once(future), Poll::Ready(7));
}

#[test]
fn it_polls_the_future_that_it_was_made_of() {
    assert_eq!(poll_once(ThinFuture::new(ready("text"))), Poll::Ready("text"));
    assert_eq!(poll_once(ThinFuture::new(pending::<u32>())), Poll::Pending);
    assert_eq!(poll_once(ThinFuture::new(async { 20 + 22 })), Poll::Ready(42));
}

#[test]
fn several_types_fit_into_one_list() {
    let list = [ThinFuture::new(ready(1)), ThinFuture::new(async { 2 })];
    let sum: i32 = list
        .into_iter()
        .map(|future| match poll_once(future) {
            Poll::Ready(n) => n,
            Poll::Pending => 0,
        })
        .sum();
    assert_eq!(sum, 3, "the sum of both outputs");
}

#[test]
fn the_future_stays_at_its_address() {
    let mut first = None;
    let mut future = pin!(ThinFuture::new(async move {
        let anchored = (PhantomPinned, 7_u8);
        poll_fn(|_| {
            let here = (&raw const anchored).addr();
            let same = here == *first.get_or_insert(here);
            if same { Poll::<()>::Pending } else { panic!("the future was moved") }
        })
        .await;
    }));
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        assert!(future.as_mut().poll(&mut cx).is_pending());
    }
}

#[test]
fn the_future_is_dropped_once() {
    for polls in 0..2 {
        let counted = Counted;
        let mut future = pin!(Some(ThinFuture::new(async move {
            let _counted = counted;
            pending::<()>().await;
        })));
        for _ in 0..polls {
            let inner = future.as_mut().as_pin_mut().expect("it was not dropped yet");
            assert!(inner.poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        future.set(None);
        assert_eq!(
            DROPPED.get(),
            polls + 1,
            "destructors of the first {polls} futures and of this one"
        );
    }
}

#[test]
fn a_future_that_is_ready_is_dropped_once_too() {
    let counted = Counted;
    let future = ThinFuture::new(poll_fn(move |_| {
        let _counted = &counted;
        Poll::Ready(7)
    }));
    assert_eq!(poll_once(future), Poll::Ready(7));
    assert_eq!(DROPPED.get(), 1, "destructors of the future");
}

#[test]
fn a_future_with_a_large_alignment_is_at_its_alignment() {
    #[repr(align(64))]
    struct Wide(u8);

    let wide = Wide(7);
    let future = ThinFuture::new(poll_fn(move |_| {
        let address = (&raw const wide).addr();
        Poll::Ready((address % 64, wide.0))
    }));
    assert_eq!(
        poll_once(future),
        Poll::Ready((0, 7)),
        "the address modulo 64, and the value"
    );
}
