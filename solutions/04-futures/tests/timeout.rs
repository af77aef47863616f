//! What `timeout` promises.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_by_hand::{Clock, Either, race};
use futures_exercises::timeout::{Elapsed, timeout};

#[test]
fn what_is_ready_in_time_is_handed_out() {
    let clock = Clock::new();
    let future = pin!(async {
        clock.sleep(10).await;
        "letter"
    });
    assert_eq!(clock.run(timeout(&clock, 20, future)), Ok(Ok("letter")));
    assert_eq!(clock.now(), 10);
}

#[test]
fn what_is_not_ready_in_time_is_given_up() {
    let clock = Clock::new();
    assert_eq!(clock.run(timeout(&clock, 20, clock.sleep(30))), Ok(Err(Elapsed)));
    assert_eq!(clock.now(), 20);
}

#[test]
fn what_is_ready_at_the_last_moment_is_ready() {
    let clock = Clock::new();
    assert_eq!(clock.run(timeout(&clock, 20, clock.sleep(20))), Ok(Ok(())));
    let at_once = pin!(async { 7 });
    assert_eq!(clock.run(timeout(&clock, 0, at_once)), Ok(Ok(7)));
}

#[test]
fn what_waits_for_ever_is_given_up_as_well() {
    let clock = Clock::new();
    assert_eq!(clock.run(timeout(&clock, 5, pending::<()>())), Ok(Err(Elapsed)));
}

#[test]
fn the_time_runs_from_the_call_and_no_poll_puts_it_off() {
    let clock = Clock::new();
    let mut limited = timeout(&clock, 20, pending::<()>());
    let run = clock.run(async {
        clock.sleep(5).await;
        for _ in 0..10 {
            match race(&mut limited, clock.sleep(3)).await {
                Either::Left(end) => return (end, clock.now()),
                Either::Right(()) => {}
            }
        }
        panic!("it is not given up")
    });
    assert_eq!(run, Ok((Err(Elapsed), 20)));
}

#[test]
fn what_is_given_up_is_dropped_at_once() {
    struct Dropped<'d>(&'d Cell<bool>);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let (clock, dropped) = (Clock::new(), Cell::new(false));
    let waits = async {
        let _dropped = Dropped(&dropped);
        pending::<()>().await;
    };
    let mut limited = timeout(&clock, 5, Box::pin(waits));
    let end = clock.run(poll_fn(|cx| Pin::new(&mut limited).poll(cx)));
    assert_eq!(
        (end, dropped.get()),
        (Ok(Err(Elapsed)), true),
        "its end, and was it dropped"
    );
}

#[test]
fn polled_after_its_end_it_panics() {
    let clock = Clock::new();
    let mut limited = timeout(&clock, 5, pending::<()>());
    let mut run = || clock.run(poll_fn(|cx| Pin::new(&mut limited).poll(cx)));
    assert_eq!(run(), Ok(Err(Elapsed)));
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "it did not panic");
    // Asked again, this one would answer again.
    let mut limited = timeout(&clock, 5, poll_fn(|_| Poll::Ready(())));
    let mut run = || clock.run(poll_fn(|cx| Pin::new(&mut limited).poll(cx)));
    assert_eq!(run(), Ok(Ok(())));
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "it asked once more");
}
