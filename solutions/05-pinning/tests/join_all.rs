//! What `join_all` promises, also to futures that must not be moved.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_by_hand::Clock;
use pinning_exercises::anchored::{Anchored, Log};
use pinning_exercises::join_all::join_all;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn naps(clock: &Clock, log: &Log, ticks: &[u64]) -> Vec<Anchored<u64>> {
    ticks.iter().map(|&ticks| Anchored::new(clock, ticks, ticks, log)).collect()
}

#[test]
fn it_takes_what_an_async_fn_returns() {
    let clock = Clock::new();
    let nap = async |ticks| {
        clock.sleep(ticks).await;
        ticks
    };
    assert_eq!(clock.run(join_all([30, 10, 20].map(nap))), Ok(vec![30, 10, 20]));
    assert_eq!(clock.now(), 30);
}

#[test]
fn the_outputs_come_in_the_order_of_the_futures() {
    let (clock, log) = (Clock::new(), Log::default());
    let all = join_all(naps(&clock, &log, &[30, 10, 20, 10]));
    assert_eq!(clock.run(all), Ok(vec![30, 10, 20, 10]));
}

#[test]
fn all_are_polled_at_the_first_poll() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut all = pin!(join_all(naps(&clock, &log, &[10, 20, 30])));
    assert!(poll(all.as_mut()).is_pending());
    // Only what was polled has set an alarm.
    assert!(clock.run(std::future::pending::<()>()).is_err());
    assert_eq!(clock.now(), 30);
    assert_eq!(poll(all.as_mut()), Poll::Ready(vec![10, 20, 30]));
}

#[test]
fn none_is_moved_while_the_others_wait() {
    let (clock, log) = (Clock::new(), Log::default());
    let all = join_all(naps(&clock, &log, &[30, 10, 20, 40]));
    assert_eq!(clock.run(all), Ok(vec![30, 10, 20, 40]));
    assert_eq!(log.moved(), 0);
}

#[test]
fn what_is_over_is_dropped_at_once() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut all = pin!(join_all(naps(&clock, &log, &[30, 10, 20])));
    let mut dropped = Vec::new();
    let run = clock.run(std::future::poll_fn(|cx| {
        let polled = all.as_mut().poll(cx);
        dropped.push(log.dropped());
        polled
    }));
    assert_eq!((run, dropped), (Ok(vec![30, 10, 20]), vec![0, 1, 2, 3]));
}

#[test]
fn what_is_over_is_dropped_where_it_lies() {
    let (clock, log) = (Clock::new(), Log::default());
    assert!(clock.run(join_all(naps(&clock, &log, &[3, 1, 2]))).is_ok());
    assert_eq!((log.dropped(), log.moved()), (3, 0));
    // In the middle, too.
    let mut all = Box::pin(join_all(naps(&clock, &log, &[3, 1])));
    assert!(poll(all.as_mut()).is_pending());
    drop(all);
    assert_eq!((log.dropped(), log.moved()), (5, 0));
}

#[test]
fn of_none_it_is_ready_at_once() {
    let (clock, log) = (Clock::new(), Log::default());
    assert_eq!(clock.run(join_all(naps(&clock, &log, &[]))), Ok(vec![]));
}

#[test]
fn polled_after_its_end_it_panics() {
    let (clock, log) = (Clock::new(), Log::default());
    let mut all = pin!(join_all(naps(&clock, &log, &[1])));
    assert_eq!(clock.run(all.as_mut()), Ok(vec![1]));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(all))).is_err());
}
