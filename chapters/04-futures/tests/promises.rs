//! Each test holds one claim that the chapter makes.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_by_hand::{Clock, Either, Stuck, Unordered, join, race, try_join};

/// Sleeps for `ticks` and returns `ticks`. Counts its polls, and panics when it is
/// polled after completion.
struct Counted<'c> {
    sleep: futures_by_hand::Sleep,
    ticks: u64,
    polls: &'c Cell<u32>,
    finished: bool,
}

fn counted<'c>(clock: &Clock, ticks: u64, polls: &'c Cell<u32>) -> Counted<'c> {
    Counted { sleep: clock.sleep(ticks), ticks, polls, finished: false }
}

impl Future for Counted<'_> {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        assert!(!self.finished, "polled after completion");
        self.polls.set(self.polls.get() + 1);
        let polled = Pin::new(&mut self.sleep).poll(cx);
        self.finished = polled.is_ready();
        polled.map(|()| self.ticks)
    }
}

/// Sets its flag when it is dropped.
struct Dropped<'d>(&'d Cell<bool>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn a_join_runs_nothing_until_it_is_polled() {
    let (clock, polls) = (Clock::new(), Cell::new(0));
    drop(join(counted(&clock, 1, &polls), counted(&clock, 2, &polls)));
    assert_eq!((polls.get(), clock.now()), (0, 0));
}

#[test]
fn a_pending_future_is_polled_only_after_a_wake() {
    let (clock, polls) = (Clock::new(), Cell::new(0));
    assert_eq!(clock.run(counted(&clock, 1000, &polls)), Ok(1000));
    assert_eq!(polls.get(), 2);
}

#[test]
fn a_wake_during_poll_causes_one_more_poll() {
    let clock = Clock::new();
    let mut left = 3;
    let countdown = poll_fn(|cx| {
        cx.waker().wake_by_ref();
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    });
    assert_eq!(clock.run(countdown), Ok(()));
}

#[test]
fn running_a_future_that_nothing_can_wake_returns_stuck() {
    let clock = Clock::new();
    assert_eq!(clock.run(pending::<()>()), Err(Stuck));
    assert_eq!(clock.run(join(clock.sleep(10), pending::<()>())), Err(Stuck));
    assert_eq!(clock.now(), 10);
}

#[test]
fn a_join_takes_as_long_as_its_longer_child() {
    for (a, b) in [(30, 40), (40, 30), (30, 30), (0, 5)] {
        let (clock, polls) = (Clock::new(), Cell::new(0));
        let both = join(counted(&clock, a, &polls), counted(&clock, b, &polls));
        assert_eq!(clock.run(both), Ok((a, b)));
        assert_eq!(clock.now(), a.max(b));
    }
}

#[test]
fn a_join_polls_every_unfinished_child() {
    let (clock, first, second) = (Clock::new(), Cell::new(0), Cell::new(0));
    let both = join(counted(&clock, 30, &first), counted(&clock, 40, &second));
    assert_eq!(clock.run(both), Ok((30, 40)));
    assert_eq!((first.get(), second.get()), (2, 3));
}

#[test]
fn a_join_never_polls_a_finished_child() {
    // `Counted` panics when it is polled after completion.
    let (clock, polls) = (Clock::new(), Cell::new(0));
    let inner = join(counted(&clock, 1, &polls), counted(&clock, 9, &polls));
    assert_eq!(clock.run(join(inner, clock.sleep(5))), Ok(((1, 9), ())));
}

#[test]
fn a_race_ends_with_its_shorter_child_and_drops_the_other() {
    let (clock, dropped) = (Clock::new(), Cell::new(false));
    let loser = async {
        let _dropped = Dropped(&dropped);
        clock.sleep(40).await;
    };
    let mut both = race(clock.sleep(30), Box::pin(loser));
    let first = poll_fn(|cx| Pin::new(&mut both).poll(cx));
    assert_eq!(clock.run(first), Ok(Either::Left(())));
    assert_eq!((clock.now(), dropped.get()), (30, true));
}

#[test]
fn a_race_prefers_the_left_child_when_both_are_ready() {
    let clock = Clock::new();
    assert_eq!(clock.run(race(ready(1), ready(2))), Ok(Either::Left(1)));
    let tie = race(clock.sleep(5), clock.sleep(5));
    assert_eq!(clock.run(tie), Ok(Either::Left(())));
}

#[test]
fn a_try_join_ends_with_the_first_error_and_drops_the_other_child() {
    let (clock, dropped) = (Clock::new(), Cell::new(false));
    let fails = async {
        clock.sleep(10).await;
        Err::<(), _>("no ink")
    };
    let other = async {
        let _dropped = Dropped(&dropped);
        clock.sleep(1000).await;
        Ok::<_, &str>(())
    };
    let mut both = try_join(Box::pin(fails), Box::pin(other));
    let result = clock.run(poll_fn(|cx| Pin::new(&mut both).poll(cx)));
    assert_eq!(result, Ok(Err("no ink")));
    assert_eq!((clock.now(), dropped.get()), (10, true));
    let fine = try_join(ready(Ok::<_, &str>(1)), ready(Ok(2)));
    assert_eq!(clock.run(fine), Ok(Ok((1, 2))));
}

#[test]
fn join_race_and_try_join_panic_when_polled_after_completion() {
    let clock = Clock::new();
    let mut both = join(ready(1), ready(2));
    let mut first = race(ready(1), ready(2));
    let mut tried = try_join(ready(Ok::<_, ()>(1)), ready(Ok::<_, ()>(2)));
    let mut poll_all = || {
        let polls: [&mut dyn FnMut(&mut Context<'_>) -> bool; 3] = [
            &mut |cx| Pin::new(&mut both).poll(cx).is_ready(),
            &mut |cx| Pin::new(&mut first).poll(cx).is_ready(),
            &mut |cx| Pin::new(&mut tried).poll(cx).is_ready(),
        ];
        polls.map(|poll| {
            let run = || clock.run(poll_fn(|cx| Poll::Ready(poll(cx))));
            catch_unwind(AssertUnwindSafe(run)).is_ok()
        })
    };
    assert_eq!(poll_all(), [true; 3]);
    assert_eq!(poll_all(), [false; 3]);
}

#[test]
fn unordered_returns_results_in_the_order_they_become_ready() {
    let (clock, polls) = (Clock::new(), Cell::new(0));
    let mut all = Unordered::new();
    for ticks in [30, 10, 20, 10] {
        all.push(counted(&clock, ticks, &polls));
    }
    let order = clock.run(async {
        let mut order = Vec::new();
        while let Some(ticks) = all.next_ready().await {
            order.push(ticks);
        }
        order
    });
    assert_eq!(order, Ok(vec![10, 10, 20, 30]));
}

#[test]
fn unordered_polls_only_the_children_that_were_woken() {
    let (clock, polls) = (Clock::new(), Cell::new(0));
    let mut all = Unordered::new();
    for ticks in 1..=100 {
        all.push(counted(&clock, ticks, &polls));
    }
    let run = clock.run(async { while all.next_ready().await.is_some() {} });
    assert_eq!((run, polls.get()), (Ok(()), 200));
}

#[test]
fn unordered_accepts_new_children_while_it_runs() {
    let (clock, polls) = (Clock::new(), Cell::new(0));
    let mut all = Unordered::new();
    all.push(counted(&clock, 1, &polls));
    let total = clock.run(async {
        let mut total = 0;
        while let Some(ticks) = all.next_ready().await {
            total += ticks;
            if ticks < 5 {
                all.push(counted(&clock, ticks + 1, &polls));
            }
        }
        total
    });
    assert_eq!(total, Ok(15));
}

#[test]
fn dropping_next_ready_loses_no_child() {
    let (clock, polls) = (Clock::new(), Cell::new(0));
    let mut all = Unordered::new();
    all.push(counted(&clock, 50, &polls));
    let run = clock.run(async {
        let mut waits = 0;
        loop {
            match race(all.next_ready(), clock.sleep(20)).await {
                Either::Left(ticks) => return (waits, ticks),
                Either::Right(()) => waits += 1,
            }
        }
    });
    assert_eq!(run, Ok((2, Some(50))));
}

#[test]
fn a_read_dropped_halfway_loses_what_it_had_read() {
    // This is a cost of dropping, not a feature: 'a' was read, and it is gone.
    let (clock, source) = (Clock::new(), RefCell::new(vec!['d', 'c', 'b', 'a']));
    let read_one = async || {
        clock.sleep(15).await;
        source.borrow_mut().pop()
    };
    let read_two = async || (read_one().await, read_one().await);
    let results = clock.run(async {
        let raced = race(pin!(read_two()), clock.sleep(20)).await;
        (raced, read_two().await)
    });
    assert_eq!(results, Ok((Either::Right(()), (Some('b'), Some('c')))));
}

#[test]
fn a_tree_of_futures_is_one_value() {
    let clock = Clock::new();
    let leaf = size_of_val(&clock.sleep(1));
    let tree = || join(join(clock.sleep(1), clock.sleep(2)), clock.sleep(3));
    assert!(size_of_val(&tree()) <= 4 * leaf);
    assert_eq!(clock.run(tree()), Ok((((), ()), ())));
}
