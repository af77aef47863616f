//! The promises of `join_all`. The futures of these tests notice when they are moved.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use common::anchored::{Anchored, Log};
use common::poll;
use my_runtime::join_all::join_all;

/// One future for each number. It is pending for that many polls.
fn anchored(log: &Log, pending: &[u32]) -> Vec<Anchored<u32>> {
    pending.iter().map(|&pending| Anchored::new(pending, pending, log)).collect()
}

#[test]
fn an_empty_vec_is_ready_at_once() {
    let all = pin!(join_all(anchored(&Log::default(), &[])));
    assert_eq!(poll(all), Poll::Ready(vec![]));
}

#[test]
fn every_future_is_polled_at_each_poll() {
    let log = Log::default();
    let mut all = pin!(join_all(anchored(&log, &[2, 2, 2])));
    assert!(poll(all.as_mut()).is_pending());
    assert!(poll(all.as_mut()).is_pending());
    assert!(poll(all.as_mut()).is_ready(), "a future was not polled in each round");
}

#[test]
fn the_outputs_come_in_the_order_of_the_futures() {
    let log = Log::default();
    let mut all = pin!(join_all(anchored(&log, &[3, 1, 2, 0])));
    for _ in 0..3 {
        assert!(poll(all.as_mut()).is_pending());
    }
    assert_eq!(
        poll(all),
        Poll::Ready(vec![3, 1, 2, 0]),
        "the outputs in the order of the futures"
    );
}

#[test]
fn it_accepts_futures_of_an_async_fn() {
    async fn double(number: u32) -> u32 {
        std::future::ready(number * 2).await
    }
    let all = pin!(join_all(vec![double(1), double(2)]));
    assert_eq!(poll(all), Poll::Ready(vec![2, 4]));
}

#[test]
fn no_future_is_moved_while_the_others_are_pending() {
    let log = Log::default();
    let mut all = pin!(join_all(anchored(&log, &[3, 1, 2])));
    while poll(all.as_mut()).is_pending() {}
    assert_eq!(log.moved(), 0, "futures that were moved");
}

#[test]
fn a_future_is_dropped_as_soon_as_it_is_ready() {
    let log = Log::default();
    let mut all = pin!(join_all(anchored(&log, &[2, 0, 1])));
    for dropped in 1..=3 {
        let _ = poll(all.as_mut());
        assert_eq!(log.dropped(), dropped, "dropped after poll {dropped}");
    }
}

#[test]
fn a_future_is_dropped_where_it_was_polled() {
    let log = Log::default();
    {
        let mut all = pin!(join_all(anchored(&log, &[2, 0, 9])));
        for _ in 0..3 {
            assert!(poll(all.as_mut()).is_pending());
        }
    }
    assert_eq!((log.dropped(), log.moved()), (3, 0), "dropped, moved");
}

#[test]
fn a_poll_after_the_end_panics() {
    let log = Log::default();
    let mut all = pin!(join_all(anchored(&log, &[0])));
    assert_eq!(poll(all.as_mut()), Poll::Ready(vec![0]));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(all))).is_err(), "it did not panic");
}
