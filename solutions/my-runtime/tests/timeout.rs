//! The promises of `timeout`. Your `Deadlines` drives the clock of these tests.

mod common;

use std::future::{Ready, pending, poll_fn, ready};
use std::marker::{PhantomData, PhantomPinned};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use common::anchored::{Anchored, Log};
use common::clock::Clock;
use common::{poll, poll_deeper};
use my_runtime::timeout::{Elapsed, Timeout, timeout};

#[test]
fn a_future_that_is_ready_in_time_returns_its_output() {
    let clock = Clock::new();
    let letter = async {
        clock.sleep(10).await;
        "letter"
    };
    assert_eq!(clock.run(timeout(letter, clock.sleep(20))), Ok(Ok("letter")));
    assert_eq!(clock.now(), 10, "the tick at which it has ended");
}

#[test]
fn a_future_that_is_late_is_given_up_at_the_deadline() {
    let clock = Clock::new();
    let late = timeout(clock.sleep(30), clock.sleep(20));
    assert_eq!(clock.run(late), Ok(Err(Elapsed)));
    assert_eq!(clock.now(), 20, "the tick at which it has ended");
}

#[test]
fn a_future_that_is_ready_at_the_deadline_wins() {
    let clock = Clock::new();
    let both = timeout(async { 7 }, ready(()));
    assert_eq!(clock.run(both), Ok(Ok(7)));
}

#[test]
fn the_future_is_not_moved_between_polls() {
    let log = Log::default();
    let mut limited = pin!(timeout(Anchored::new(3, 7, &log), pending()));
    assert!(poll(limited.as_mut()).is_pending());
    while poll_deeper(limited.as_mut()).is_pending() {}
    assert_eq!(log.moved(), 0, "the future was moved");
}

#[test]
fn the_deadline_is_not_moved_between_polls() {
    let log = Log::default();
    let mut limited = pin!(timeout(pending::<()>(), Anchored::new(3, (), &log)));
    assert!(poll(limited.as_mut()).is_pending());
    while poll_deeper(limited.as_mut()).is_pending() {}
    assert_eq!(log.moved(), 0, "the deadline was moved");
}

#[test]
fn a_future_that_is_given_up_is_dropped_at_once() {
    let (log, deadlines) = (Log::default(), Log::default());
    let deadline = Anchored::new(1, (), &deadlines);
    let mut limited = pin!(timeout(Anchored::new(9, 7, &log), deadline));
    assert!(poll(limited.as_mut()).is_pending());
    assert_eq!(poll(limited.as_mut()), Poll::Ready(Err(Elapsed)));
    assert_eq!(log.dropped(), 1, "futures that were dropped");
}

#[test]
fn the_future_is_dropped_where_it_was_polled() {
    let log = Log::default();
    for (pending, deadline) in [(9, 1), (1, 9)] {
        let deadline = Anchored::new(deadline, (), &Log::default());
        let mut limited = pin!(timeout(Anchored::new(pending, 7, &log), deadline));
        while poll(limited.as_mut()).is_pending() {}
        assert_eq!(log.moved(), 0, "the future was moved before its drop");
    }
    assert_eq!(log.dropped(), 2, "futures that were dropped");
}

#[test]
fn a_poll_after_the_end_panics() {
    let mut limited = pin!(timeout(poll_fn(|_| Poll::Ready(7)), pending()));
    assert!(poll(limited.as_mut()).is_ready());
    assert!(
        catch_unwind(AssertUnwindSafe(|| poll(limited))).is_err(),
        "it did not panic"
    );
}

/// Says for one type whether it is `Unpin`: an inherent method is chosen before the
/// method of a trait if its bound holds.
macro_rules! is_unpin {
    ($type:ty) => {{
        struct Probe<T>(PhantomData<T>);
        #[allow(dead_code)]
        impl<T: Unpin> Probe<T> {
            fn answer(&self) -> bool {
                true
            }
        }
        #[allow(dead_code)]
        trait Otherwise {
            fn answer(&self) -> bool {
                false
            }
        }
        impl<T> Otherwise for &Probe<T> {}
        (&Probe::<$type>(PhantomData)).answer()
    }};
}

#[test]
fn it_is_unpin_only_if_both_parts_are() {
    assert!(
        is_unpin!(Timeout<Ready<()>, Ready<()>>),
        "both parts are `Unpin`, so `Timeout` is too"
    );
    assert!(!is_unpin!(Timeout<PhantomPinned, Ready<()>>), "the future must stay pinned");
    assert!(
        !is_unpin!(Timeout<Ready<()>, PhantomPinned>),
        "the deadline must stay pinned"
    );
    let limited = pin!(timeout(ready(7), pending()));
    assert!(poll(limited).is_ready());
}
