//! What waiting allocates: nothing.
#![cfg(not(feature = "loom"))]

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};

use channels::mpsc;

#[path = "../../allocations.rs"]
mod allocations;
use allocations::allocations;

#[test]
fn a_sender_that_waits_allocates_nothing() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(0).expect("there is room");
    let mut cx = Context::from_waker(Waker::noop());
    let count = allocations(|| {
        for number in 1..100 {
            let mut sending = pin!(sender.send(number));
            assert!(sending.as_mut().poll(&mut cx).is_pending());
            assert!(pin!(receiver.recv()).poll(&mut cx).is_ready());
            assert!(sending.poll(&mut cx).is_ready());
        }
    });
    assert_eq!(count, 0);
    let counted = allocations(|| drop(black_box(Box::new(1))));
    assert_eq!(counted, 1, "the test counts allocations");
}
