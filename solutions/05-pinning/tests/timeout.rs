//! What `timeout` promises, also to a future that must not be moved.

use std::future::{Ready, pending};
use std::marker::PhantomPinned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_by_hand::Clock;
use pinning_exercises::anchored::{Anchored, Log};
use pinning_exercises::is_unpin;
use pinning_exercises::timeout::{Elapsed, Timeout, timeout};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn it_takes_what_an_async_fn_returns() {
    let clock = Clock::new();
    let errand = async |ticks| {
        clock.sleep(ticks).await;
        "letter"
    };
    assert_eq!(clock.run(timeout(&clock, 20, errand(10))), Ok(Ok("letter")));
    assert_eq!(clock.run(timeout(&clock, 20, errand(30))), Ok(Err(Elapsed)));
    assert_eq!(clock.now(), 30);
}

#[test]
fn what_is_ready_at_the_last_moment_is_ready() {
    let (clock, log) = (Clock::new(), Log::default());
    let letter = Anchored::new(&clock, 20, "letter", &log);
    assert_eq!(clock.run(timeout(&clock, 20, letter)), Ok(Ok("letter")));
}

#[test]
fn the_future_stays_where_it_was_polled_first() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut limited = pin!(timeout(&clock, 20, Anchored::new(&clock, 10, 1, &log)));
    for _ in 0..3 {
        assert!(poll(limited.as_mut()).is_pending());
    }
    assert_eq!(clock.run(limited), Ok(Ok(1)));
    assert_eq!(log.moved(), 0);
}

#[test]
fn what_is_given_up_is_dropped_at_once() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut limited = pin!(timeout(&clock, 5, Anchored::new(&clock, 10, 1, &log)));
    assert_eq!(clock.run(limited.as_mut()), Ok(Err(Elapsed)));
    assert_eq!(log.alive(), 0);
}

#[test]
fn what_is_given_up_is_dropped_where_it_lies() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut limited = pin!(timeout(&clock, 5, Anchored::new(&clock, 10, 1, &log)));
    assert_eq!(clock.run(limited.as_mut()), Ok(Err(Elapsed)));
    assert_eq!((log.dropped(), log.moved()), (1, 0));
    let mut limited = pin!(timeout(&clock, 50, Anchored::new(&clock, 10, 1, &log)));
    assert_eq!(clock.run(limited.as_mut()), Ok(Ok(1)));
    assert_eq!((log.dropped(), log.moved()), (2, 0));
}

#[test]
fn polled_after_its_end_it_panics() {
    let clock = Clock::new();
    let mut limited = pin!(timeout(&clock, 5, pending::<()>()));
    assert_eq!(clock.run(limited.as_mut()), Ok(Err(Elapsed)));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(limited))).is_err());
}

#[test]
fn it_is_unpin_if_the_future_is_and_only_then() {
    assert!(is_unpin!(Timeout<Ready<()>>));
    assert!(!is_unpin!(Timeout<PhantomPinned>));
}
