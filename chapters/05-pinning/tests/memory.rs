//! Waiting for a notification must not allocate.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use pinning::{Notify, join};

#[path = "../../allocations.rs"]
mod allocations;
use allocations::allocations;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn waiting_for_a_notification_allocates_nothing() {
    let notify = Notify::new();
    let count = allocations(|| {
        let mut three =
            pin!(join(join(notify.notified(), notify.notified()), notify.notified()));
        assert!(poll(three.as_mut()).is_pending());
        notify.notify_one();
        assert!(poll(three.as_mut()).is_pending());
    });
    assert_eq!(count, 0);
    let counted = allocations(|| drop(black_box(Box::new(1))));
    assert_eq!(counted, 1, "the test counts allocations");
}
