//! The promises of `retry`.

use std::cell::Cell;
use std::future::{Ready, ready};
use std::marker::PhantomPinned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_by_hand::Clock;
use pinning_exercises::anchored::{Anchored, Log};
use pinning_exercises::is_unpin;
use pinning_exercises::retry::{Retry, retry};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Makes attempts that take ten ticks each. The third attempt succeeds.
fn third_time_lucky(
    clock: &Clock,
    log: &Log,
) -> impl FnMut() -> Anchored<Result<u32, u32>> {
    let mut attempts = 0;
    move || {
        attempts += 1;
        let result = if attempts == 3 { Ok(attempts) } else { Err(attempts) };
        Anchored::new(clock, 10, result, log)
    }
}

#[test]
fn it_tries_until_it_succeeds() {
    let (clock, log) = (Clock::new(), Log::default());
    let tried = clock.run(retry(5, third_time_lucky(&clock, &log)));
    assert_eq!(
        (tried, clock.now()),
        (Ok(Ok(3)), 30),
        "the result, and the tick at which it came"
    );
}

#[test]
fn the_last_error_is_the_result() {
    let (clock, log) = (Clock::new(), Log::default());
    let tried = clock.run(retry(2, third_time_lucky(&clock, &log)));
    assert_eq!(
        (tried, log.dropped()),
        (Ok(Err(2)), 2),
        "the result, and how many attempts were dropped"
    );
}

#[test]
fn an_attempt_is_not_moved_between_polls() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut trying = pin!(retry(1, third_time_lucky(&clock, &log)));
    for _ in 0..3 {
        assert!(poll(trying.as_mut()).is_pending());
    }
    assert_eq!(clock.run(trying), Ok(Err(1)));
    assert_eq!(log.moved(), 0, "attempts that were moved");
}

#[test]
fn a_failed_attempt_is_dropped_where_it_was_polled() {
    let (clock, log) = (Clock::new(), Log::default());
    let tried = clock.run(retry(5, third_time_lucky(&clock, &log)));
    assert_eq!(
        (tried, log.dropped(), log.moved()),
        (Ok(Ok(3)), 3, 0),
        "the result, and how many attempts were dropped and moved"
    );
}

#[test]
fn no_two_attempts_are_alive_at_the_same_time() {
    let (clock, log) = (Clock::new(), Log::default());
    let most = Cell::new(0);
    let mut attempts = third_time_lucky(&clock, &log);
    let tried = clock.run(retry(5, || {
        most.set(most.get().max(log.alive()));
        attempts()
    }));
    assert_eq!(
        (tried, most.get()),
        (Ok(Ok(3)), 0),
        "attempts alive when the next one was made"
    );
}

#[test]
fn a_successful_attempt_is_dropped_at_once() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut trying = pin!(retry(5, third_time_lucky(&clock, &log)));
    assert_eq!(clock.run(trying.as_mut()), Ok(Ok(3)));
    assert_eq!(log.alive(), 0, "attempts alive after the end");
    assert!(
        catch_unwind(AssertUnwindSafe(|| poll(trying))).is_err(),
        "a poll after the end did not panic"
    );
    assert_eq!(log.dropped(), 3, "attempts that were made");
}

#[test]
fn it_is_unpin_only_if_its_attempts_are() {
    // The type of the closure makes no difference.
    assert!(
        is_unpin!(Retry<PhantomPinned, Ready<()>>),
        "the closure is not `Unpin`, but the attempts are"
    );
    assert!(!is_unpin!(Retry<(), PhantomPinned>), "the attempts must stay pinned");
    let tried = Clock::new().run(retry(1, || ready(Ok::<_, ()>(7))));
    assert_eq!(tried, Ok(Ok(7)));
}
