//! Each test holds one claim that the chapter makes.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures_by_hand::{
    Clock, Either, Line, Message, Rules, Stuck, Unordered, join, race, serve, try_join,
};

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

/// Counts its polls, and keeps the waker of the last one.
struct Kept<'w>(&'w RefCell<Option<Waker>>, &'w Cell<u32>);

impl Future for Kept<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.1.set(self.1.get() + 1);
        self.0.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}

#[test]
fn a_child_that_is_woken_many_times_is_polled_once() {
    let (waker, polls) = (RefCell::new(None), Cell::new(0));
    let mut all = Unordered::new();
    all.push(Kept(&waker, &polls));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(pin!(all.next_ready()).poll(&mut cx), Poll::Pending);
    let child = waker.take().expect("the child keeps its waker");
    for _ in 0..1000 {
        child.wake_by_ref();
    }
    assert_eq!(pin!(all.next_ready()).poll(&mut cx), Poll::Pending);
    assert_eq!(polls.get(), 2);
}

thread_local! {
    /// Called when the last clone of a [`Foreign`] waker is dropped.
    static ON_DROP: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// A waker that runs code of its own when it is dropped.
struct Foreign;

impl Wake for Foreign {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Foreign {
    fn drop(&mut self) {
        if let Some(action) = ON_DROP.take() {
            action();
        }
    }
}

#[test]
fn a_waker_that_is_dropped_may_drop_a_sleep_of_the_same_clock() {
    let clock = Clock::new();
    let mut cx = Context::from_waker(Waker::noop());
    let mut other = Box::pin(clock.sleep(5));
    assert_eq!(other.as_mut().poll(&mut cx), Poll::Pending);
    ON_DROP.set(Some(Box::new(move || drop(other))));

    let mut sleep = pin!(clock.sleep(10));
    let foreign = Waker::from(Arc::new(Foreign));
    assert_eq!(sleep.as_mut().poll(&mut Context::from_waker(&foreign)), Poll::Pending);
    drop(foreign);
    assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Pending, "the last clone is dropped");
    assert!(ON_DROP.take().is_none(), "the waker was not dropped");
}

#[test]
fn a_waker_that_is_dropped_may_wake_a_child() {
    let (waker, polls) = (Rc::new(RefCell::new(None)), Cell::new(0));
    let mut all = Unordered::new();
    all.push(Kept(&waker, &polls));
    let foreign = Waker::from(Arc::new(Foreign));
    let first = pin!(all.next_ready()).poll(&mut Context::from_waker(&foreign));
    assert_eq!(first, Poll::Pending);
    drop(foreign);
    let child = waker.take().expect("the child keeps its waker");
    ON_DROP.set(Some(Box::new(move || child.wake())));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(pin!(all.next_ready()).poll(&mut cx), Poll::Pending);
    assert!(ON_DROP.take().is_none(), "the waker was not dropped");
    assert_eq!(polls.get(), 2, "the wake was lost");
}

/// Runs chapter 01's conversation over a script, and returns what was sent.
fn session(script: &[(u64, &[u8])]) -> (Vec<(u64, Message)>, u64, String) {
    let rules =
        Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_secs(1) };
    let clock = Clock::new();
    let mut line = Line::new(&clock, script);
    let end = clock.run(pin!(serve(&mut line, rules)));
    (line.sent().to_vec(), clock.now(), format!("{end:?}"))
}

#[test]
fn the_async_conversation_answers_readings_and_pings_a_silent_meter() {
    let (sent, now, end) =
        session(&[(10, &[1, 4, 0, 0, 0, 3]), (30, &[1, 4, 0, 0, 0, 4])]);
    let ping = (1030, Message::Ping);
    assert_eq!(sent, [(10, Message::Total(3)), (30, Message::Total(7)), ping]);
    assert_eq!((now, &*end), (2030, "Ok(Err(Late))"));
}

#[test]
fn more_bytes_do_not_move_the_deadline_of_the_async_conversation() {
    let slow: Vec<(u64, &[u8])> =
        [(0, &[1][..]), (20, &[4]), (40, &[0]), (60, &[0]), (80, &[0]), (100, &[3])]
            .into();
    assert_eq!(session(&slow), (vec![], 50, "Ok(Err(Late))".to_string()));
}

#[test]
fn two_async_conversations_share_one_thread() {
    let rules =
        Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_secs(1) };
    let clock = Clock::new();
    let mut silent = Line::new(&clock, &[]);
    let mut other = Line::new(&clock, &[(10, &[1, 4, 0, 0, 0, 7])]);
    let both =
        join(Box::pin(serve(&mut silent, rules)), Box::pin(serve(&mut other, rules)));
    assert!(clock.run(both).is_ok());
    assert_eq!(silent.sent(), [(1000, Message::Ping)]);
    assert_eq!(other.sent(), [(10, Message::Total(7)), (1010, Message::Ping)]);
}
