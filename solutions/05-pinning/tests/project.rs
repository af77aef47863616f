//! The promises of `Counted`.

use std::future::{Ready, poll_fn};
use std::marker::PhantomPinned;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_by_hand::Clock;
use pinning_exercises::anchored::{Anchored, Log};
use pinning_exercises::is_unpin;
use pinning_exercises::project::{Counted, counted};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_future_that_is_ready_at_once_needs_one_poll() {
    assert_eq!(
        poll(pin!(counted(async { 7 }))),
        Poll::Ready((7, 1)),
        "the output, and the number of polls"
    );
}

#[test]
fn pending_polls_are_counted_too() {
    let mut left = 3;
    let mut future = pin!(counted(poll_fn(|_| {
        left -= 1;
        if left == 0 { Poll::Ready(7) } else { Poll::Pending }
    })));
    assert_eq!(poll(future.as_mut()), Poll::Pending);
    assert_eq!(poll(future.as_mut()), Poll::Pending);
    assert_eq!(poll(future), Poll::Ready((7, 3)), "the output, and the number of polls");
}

#[test]
fn the_future_is_polled_and_dropped_in_its_field() {
    let (clock, log) = (Clock::new(), Log::default());
    {
        let mut future = pin!(counted(Anchored::new(&clock, 10, 7, &log)));
        assert!(poll(future.as_mut()).is_pending());
        assert!(poll(future).is_pending());
    }
    assert_eq!((log.dropped(), log.moved()), (1, 0), "futures dropped, and moved");
}

#[test]
fn it_is_unpin_only_if_the_future_is() {
    assert!(is_unpin!(Counted<Ready<()>>), "`Ready` is `Unpin`, so `Counted` is too");
    assert!(!is_unpin!(Counted<PhantomPinned>), "the future must stay pinned");
    assert!(poll(pin!(counted(async {}))).is_ready());
}
