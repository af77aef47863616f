//! What `join_all` promises.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_by_hand::{Clock, Sleep, Stuck};
use futures_exercises::join_all::join_all;

/// Sleeps, and says how long. Panics when polled after its end.
struct Nap<'c> {
    sleep: Sleep,
    ticks: u64,
    dropped: &'c Cell<u32>,
    over: bool,
}

impl Future for Nap<'_> {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        assert!(!self.over, "polled after its end");
        let polled = Pin::new(&mut self.sleep).poll(cx);
        self.over = polled.is_ready();
        polled.map(|()| self.ticks)
    }
}

impl Drop for Nap<'_> {
    fn drop(&mut self) {
        self.dropped.set(self.dropped.get() + 1);
    }
}

fn naps<'c>(clock: &Clock, ticks: &[u64], dropped: &'c Cell<u32>) -> Vec<Nap<'c>> {
    let nap =
        |&ticks: &u64| Nap { sleep: clock.sleep(ticks), ticks, dropped, over: false };
    ticks.iter().map(nap).collect()
}

#[test]
fn the_outputs_come_in_the_order_of_the_futures() {
    let (clock, dropped) = (Clock::new(), Cell::new(0));
    let all = join_all(naps(&clock, &[30, 10, 20], &dropped));
    assert_eq!(clock.run(all), Ok(vec![30, 10, 20]));
}

#[test]
fn it_takes_as_long_as_the_longest() {
    let (clock, dropped) = (Clock::new(), Cell::new(0));
    let all = join_all(naps(&clock, &[30, 10, 20, 10], &dropped));
    assert!(clock.run(all).is_ok());
    assert_eq!(clock.now(), 30);
}

#[test]
fn all_are_polled_at_the_first_poll() {
    // Sleeps that are polled late would set their alarms late.
    let (clock, dropped) = (Clock::new(), Cell::new(0));
    let mut all = join_all(naps(&clock, &[5, 7, 9], &dropped));
    let first =
        std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut all).poll(cx).is_ready()));
    assert_eq!(clock.run(first), Ok(false));
    assert_eq!(clock.run(std::future::pending::<()>()), Err(Stuck));
    assert_eq!(clock.now(), 9, "each of them has set its alarm");
}

#[test]
fn what_is_over_is_dropped_and_not_polled_again() {
    let (clock, dropped) = (Clock::new(), Cell::new(0));
    let mut all = join_all(naps(&clock, &[10, 20], &dropped));
    let mut polls = 0;
    let run = clock.run(std::future::poll_fn(|cx| {
        let polled = Pin::new(&mut all).poll(cx);
        polls += 1;
        assert_eq!(dropped.get(), polls - 1, "dropped after poll {polls}");
        polled
    }));
    assert_eq!((run, polls), (Ok(vec![10, 20]), 3));
}

#[test]
fn of_none_it_is_ready_at_once() {
    let (clock, dropped) = (Clock::new(), Cell::new(0));
    assert_eq!(clock.run(join_all(naps(&clock, &[], &dropped))), Ok(vec![]));
}

#[test]
fn it_is_pending_while_one_is() {
    let clock = Clock::new();
    let never =
        || Box::pin(std::future::pending::<()>()) as Pin<Box<dyn Future<Output = ()>>>;
    let ready = Box::pin(async {}) as Pin<Box<dyn Future<Output = ()>>>;
    assert_eq!(clock.run(join_all(vec![never(), ready])), Err(Stuck));
}
