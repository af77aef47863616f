//! A timer that is set, moved, cancelled or fired must not allocate.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Waker};

use deadlines::Wheel;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u32> = const { Cell::new(0) };
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
fn timers_allocate_nothing() {
    let wheel = Wheel::new();
    let mut cx = Context::from_waker(Waker::noop());
    let before = ALLOCATIONS.get();
    for round in 1..=3 {
        let mut fired = pin!(wheel.timer(wheel.now() + 100_000));
        let mut cancelled = pin!(wheel.timer(wheel.now() + 100));
        assert!(fired.as_mut().poll(&mut cx).is_pending());
        assert!(cancelled.as_mut().poll(&mut cx).is_pending());
        cancelled.as_mut().reset(u64::MAX);
        wheel.advance(round * 100_000);
        assert!(fired.as_mut().poll(&mut cx).is_ready());
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    drop(Box::new(1));
    assert_eq!(ALLOCATIONS.get() - before, 1, "the test counts allocations");
}
