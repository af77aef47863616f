//! What waiting allocates: nothing.
#![cfg(not(feature = "loom"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Waker};

use channels::mpsc;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: both methods pass their arguments to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`, and `alloc`
        // got the memory from the system allocator.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_sender_that_waits_allocates_nothing() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(0).expect("there is room");
    let mut cx = Context::from_waker(Waker::noop());
    let before = ALLOCATIONS.get();
    for number in 1..100 {
        let mut sending = pin!(sender.send(number));
        assert!(sending.as_mut().poll(&mut cx).is_pending());
        assert!(pin!(receiver.recv()).poll(&mut cx).is_ready());
        assert!(sending.poll(&mut cx).is_ready());
    }
    assert_eq!(ALLOCATIONS.get(), before);
}
