//! The promises of `Side` and `Readiness`.

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

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
    assert_eq!(counts.each_ref().map(|count| count.get()), [1, 1, 1]);
    for (future, count) in futures.iter_mut().zip(&counts) {
        assert_eq!(poll(future.as_mut(), count), Poll::Ready(2));
    }
}

#[test]
fn an_event_before_the_poll_is_remembered() {
    let side = Side::default();
    side.set_ready();
    let [count] = counts();
    assert_eq!(poll(pin!(side.ready()), &count), Poll::Ready(1));
    assert_eq!(side.waiters(), 0, "this future never had to wait");
}

#[test]
fn a_waiter_that_is_polled_again_has_one_place_and_its_latest_waker() {
    let side = Side::default();
    let [first, second] = counts();
    let mut future = pin!(side.ready());
    assert!(poll(future.as_mut(), &first).is_pending());
    assert!(poll(future.as_mut(), &second).is_pending());
    assert_eq!(side.waiters(), 1);
    side.set_ready();
    assert_eq!([first.get(), second.get()], [0, 1]);
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
    assert_eq!(count.get(), 2);
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
        assert_eq!(side.waiters(), 2);
    }
    assert_eq!(side.waiters(), 1);
    assert_eq!(Arc::strong_count(&counts[1]), 1);
    side.set_ready();
    assert_eq!([counts[0].get(), counts[1].get()], [1, 0]);
}

#[test]
fn a_waiter_that_was_woken_gives_its_place_back_too() {
    let side = Side::default();
    let [count] = counts();
    let mut future = Box::pin(side.ready());
    assert!(poll(future.as_mut(), &count).is_pending());
    side.set_ready();
    assert_eq!(poll(future.as_mut(), &count), Poll::Ready(1));
    drop(future);
    assert_eq!(side.waiters(), 0);
}

thread_local! {
    static ON_WAKE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

#[test]
fn a_waker_may_use_the_side() {
    static TABLE: RawWakerVTable = RawWakerVTable::new(
        |data| RawWaker::new(data, &TABLE),
        |_| {
            if let Some(action) = ON_WAKE.take() {
                action();
            }
        },
        |_| (),
        |_| (),
    );
    let side: &'static Side = Box::leak(Box::default());
    // SAFETY: the functions of the table never use the pointer.
    let waker = unsafe { Waker::new(std::ptr::null(), &TABLE) };
    let mut future = pin!(side.ready());
    assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    ON_WAKE.set(Some(Box::new(|| side.clear(1))));
    side.set_ready();
    assert!(future.poll(&mut Context::from_waker(&waker)).is_pending());
}
