use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use timers::{Clock, Runtime, Timers, sleep, spawn, timeout};
use timers_exercises::idle::idle;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs a future on a paused clock. Returns the milliseconds that it took. A future that
/// takes more than an hour fails the test.
fn millis<F: Future<Output = ()>>(root: impl FnOnce() -> F) -> u128 {
    let runtime = Runtime::with_clock(Clock::paused()).expect("a descriptor is free");
    let ended = runtime.block_on(async {
        let root = root();
        timeout(Duration::from_hours(1), root).await
    });
    assert!(ended.is_ok(), "the future does not end");
    runtime.clock().elapsed().as_millis()
}

#[test]
fn without_a_message_it_ends_after_the_limit() {
    let took = millis(|| async { idle(ms(100)).0.await });
    assert_eq!(took, 100, "milliseconds to the end");
}

#[test]
fn it_ends_exactly_one_limit_after_the_last_message() {
    for last in [1, 50, 99, 100] {
        let took = millis(|| async move {
            let (idle, activity) = idle(ms(100));
            let messages = spawn(async move {
                sleep(ms(last)).await;
                activity.note();
            });
            // At 100 ms, the message and the deadline come at the same time.
            messages.await.expect("the task ends");
            idle.await;
        });
        assert_eq!(took, u128::from(last) + 100, "the last message came at {last} ms");
    }
}

#[test]
fn messages_keep_it_from_ending() {
    let took = millis(|| async {
        let (idle, activity) = idle(ms(100));
        drop(spawn(async move {
            for _ in 0..20 {
                sleep(ms(60)).await;
                activity.note();
            }
        }));
        idle.await;
    });
    assert_eq!(took, 20 * 60 + 100, "milliseconds to the end");
}

#[test]
fn a_thousand_messages_cause_few_polls() {
    let polls = Rc::new(Cell::new(0));
    let count = Rc::clone(&polls);
    let took = millis(|| async move {
        let (idle, activity) = idle(ms(100));
        drop(spawn(async move {
            for _ in 0..1000 {
                sleep(ms(1)).await;
                activity.note();
            }
        }));
        let mut idle = pin!(idle);
        poll_fn(|cx| {
            count.set(count.get() + 1);
            idle.as_mut().poll(cx)
        })
        .await;
    });
    assert_eq!(took, 1100, "milliseconds to the end");
    assert!(polls.get() <= 13, "{} polls, and 13 are enough", polls.get());
}

#[test]
fn a_message_does_not_move_the_timer() {
    let runtime = Runtime::with_clock(Clock::paused()).expect("a descriptor is free");
    runtime.block_on(async {
        let (idle, activity) = idle(ms(100));
        let mut idle = pin!(idle);
        // The task waits for messages too, so each message polls the future.
        for _ in 0..9 {
            let polled = poll_fn(|cx| Poll::Ready(idle.as_mut().poll(cx))).await;
            assert!(polled.is_pending(), "the last message came just now");
            runtime.clock().advance(ms(10));
            activity.note();
        }
        let next = Timers::current().until_next().expect("a timer is set");
        let next = runtime.clock().elapsed() + next;
        assert!(next <= ms(100), "the polls have moved the timer: next work at {next:?}");
    });
}

#[test]
fn a_late_message_counts_if_it_comes_before_the_poll() {
    let took = millis(|| async {
        let (idle, activity) = idle(ms(100));
        let mut idle = pin!(idle);
        let polled = poll_fn(|cx| Poll::Ready(idle.as_mut().poll(cx))).await;
        assert!(polled.is_pending(), "the limit begins with the call of `idle`");
        // The task was busy until now, and this message comes before its next poll.
        Timers::current().clock().advance(ms(150));
        activity.note();
        idle.await;
    });
    assert_eq!(took, 250, "milliseconds to the end");
}

#[test]
fn a_message_before_the_first_poll_counts() {
    let took = millis(|| async {
        let (idle, activity) = idle(ms(100));
        Timers::current().clock().advance(ms(90));
        activity.note();
        idle.await;
    });
    assert_eq!(took, 190, "milliseconds to the end");
}
