//! A timer that is set, moved, cancelled or fired must not allocate.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};

use deadlines::Wheel;

#[path = "../../allocations.rs"]
mod allocations;
use allocations::allocations;

#[test]
fn timers_allocate_nothing() {
    let wheel = Wheel::new();
    let mut cx = Context::from_waker(Waker::noop());
    let count = allocations(|| {
        for round in 1..=3 {
            let mut fired = pin!(wheel.timer(wheel.now() + 100_000));
            let mut cancelled = pin!(wheel.timer(wheel.now() + 100));
            assert!(fired.as_mut().poll(&mut cx).is_pending());
            assert!(cancelled.as_mut().poll(&mut cx).is_pending());
            cancelled.as_mut().reset(u64::MAX);
            wheel.advance(round * 100_000);
            assert!(fired.as_mut().poll(&mut cx).is_ready());
        }
    });
    assert_eq!(count, 0);
    let counted = allocations(|| drop(black_box(Box::new(1))));
    assert_eq!(counted, 1, "the test counts allocations");
}
