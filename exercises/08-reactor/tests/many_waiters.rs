//! The promises of `Side` and `Readiness`.

mod foreign;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use reactor_exercises::many_waiters::{Readiness, Side};

/// Counts its wakes.
#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Count {
    fn get(&self) -> u32 {
        self.0.load(SeqCst)
    }
}

fn poll(future: Pin<&mut Readiness<'_>>, count: &Arc<Count>) -> Poll<u64> {
    let waker = Waker::from(Arc::clone(count));
    future.poll(&mut Context::from_waker(&waker))
}

fn counts<const N: usize>() -> [Arc<Count>; N] {
    [(); N].map(|()| Arc::new(Count::default()))
}

#[test]
fn an_event_wakes_all_waiters_once() {
    let side = Side::default();
    let counts = counts::<3>();
    let mut futures = [(); 3].map(|()| Box::pin(side.ready()));
    for (future, count) in futures.iter_mut().zip(&counts) {
        assert!(poll(future.as_mut(), count).is_pending());
    }
    side.set_ready();
    side.set_ready();
    let wakes = counts.each_ref().map(|count| count.get());
    assert_eq!(wakes, [1, 1, 1], "the wakes of three waiters by two events");
    for (future, count) in futures.iter_mut().zip(&counts) {
        assert_eq!(poll(future.as_mut(), count), Poll::Ready(2), "the number of events");
    }
}

#[test]
fn an_event_before_the_poll_is_remembered() {
    let side = Side::default();
    side.set_ready();
    let [count] = counts();
    assert_eq!(poll(pin!(side.ready()), &count), Poll::Ready(1), "the number of events");
    assert_eq!(side.waiters(), 0, "this future never had to wait");
}

#[test]
fn a_waiter_that_is_polled_again_has_one_place_and_its_latest_waker() {
    let side = Side::default();
    let [first, second] = counts();
    let mut future = pin!(side.ready());
    assert!(poll(future.as_mut(), &first).is_pending());
    assert!(poll(future.as_mut(), &second).is_pending());
    assert_eq!(side.waiters(), 1, "one future has one place");
    side.set_ready();
    let wakes = [first.get(), second.get()];
    assert_eq!(wakes, [0, 1], "the wakes of the first and of the latest waker");
}

#[test]
fn a_waiter_waits_again_after_a_task_has_cleared_the_mark() {
    let side = Side::default();
    let [count] = counts();
    let mut future = pin!(side.ready());
    assert!(poll(future.as_mut(), &count).is_pending());
    side.set_ready();
    // Another task was faster.
    side.clear(1);
    assert!(poll(future.as_mut(), &count).is_pending());
    side.set_ready();
    assert_eq!(count.get(), 2, "each of the two events wakes the waiter");
}

#[test]
fn a_dropped_waiter_gives_its_place_and_its_waker_back() {
    let side = Side::default();
    let counts = counts::<2>();
    let mut keeps = pin!(side.ready());
    assert!(poll(keeps.as_mut(), &counts[0]).is_pending());
    for _ in 0..10 {
        let mut dropped = Box::pin(side.ready());
        assert!(poll(dropped.as_mut(), &counts[1]).is_pending());
        assert_eq!(side.waiters(), 2, "the dropped waiters have left their places");
    }
    assert_eq!(side.waiters(), 1, "the dropped waiters have left their places");
    assert_eq!(
        Arc::strong_count(&counts[1]),
        1,
        "the side keeps wakers of dropped waiters"
    );
    side.set_ready();
    let wakes = [counts[0].get(), counts[1].get()];
    assert_eq!(wakes, [1, 0], "the wakes of the waiter and of the dropped ones");
}

#[test]
fn a_waiter_that_was_woken_gives_its_place_back_too() {
    let side = Side::default();
    let [count] = counts();
    let mut future = Box::pin(side.ready());
    assert!(poll(future.as_mut(), &count).is_pending());
    side.set_ready();
    assert_eq!(poll(future.as_mut(), &count), Poll::Ready(1), "the number of events");
    drop(future);
    assert_eq!(side.waiters(), 0, "the dropped waiter has left its place");
}

#[test]
fn a_waker_may_use_the_side() {
    let side: &'static Side = Box::leak(Box::default());
    let waker = foreign::waker(|| side.clear(1));
    let mut future = pin!(side.ready());
    assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    side.set_ready();
    foreign::check("the side");
    let polled = future.poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending(), "the waker has cleared the mark");
}

#[test]
fn a_waker_that_is_replaced_may_use_the_side() {
    let side: &'static Side = Box::leak(Box::default());
    let waker = foreign::waker(|| side.clear(1));
    let mut future = pin!(side.ready());
    for _ in 0..2 {
        assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    foreign::check("the side");
}

#[test]
fn the_waker_of_a_dropped_waiter_may_use_the_side() {
    let side: &'static Side = Box::leak(Box::default());
    let waker = foreign::waker(|| side.clear(1));
    let mut future = Box::pin(side.ready());
    assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(future);
    foreign::check("the side");
    assert_eq!(side.waiters(), 0, "the dropped waiter has left its place");
}
