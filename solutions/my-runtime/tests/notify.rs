//! The promises of `Notify`.

mod common;

use std::cell::RefCell;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};

use common::counter::Counter;
use common::{poll, poll_with};
use my_runtime::join_all::join_all;
use my_runtime::notify::Notify;

#[test]
fn notify_one_wakes_the_longest_waiting_task() {
    let (notify, counters) = (Notify::new(), [Counter::new(), Counter::new()]);
    let (mut first, mut second) = (pin!(notify.notified()), pin!(notify.notified()));
    assert!(poll_with(first.as_mut(), &counters[0].waker()).is_pending());
    assert!(poll_with(second.as_mut(), &counters[1].waker()).is_pending());
    notify.notify_one();
    assert_eq!(
        counters.each_ref().map(|counter| counter.wakes()),
        [1, 0],
        "wakes of the first and of the second waiter"
    );
    assert!(poll(first).is_ready());
    assert!(poll(second.as_mut()).is_pending());
    notify.notify_one();
    assert!(poll(second).is_ready());
}

#[test]
fn a_waiter_that_is_dropped_leaves_the_list() {
    let notify = Notify::new();
    {
        let mut waiter = pin!(notify.notified());
        assert!(poll(waiter.as_mut()).is_pending());
        assert_eq!(notify.len(), 1, "waiters in the list");
    }
    assert_eq!(notify.len(), 0, "waiters in the list after the drop");
    notify.notify_one();
    assert!(
        poll(pin!(notify.notified())).is_ready(),
        "there was no waiter, so it is a permit"
    );
}

/// Drops one of three waiters, and checks which of the others `notify_one` reaches.
fn without(dropped: usize) {
    let notify = Notify::new();
    // Their memory stays valid to the end of the test, also after `set(None)`.
    let mut waiters = [const { None }; 3].map(Box::pin);
    for waiter in &mut waiters {
        waiter.set(Some(notify.notified()));
        assert!(poll(waiter.as_mut().as_pin_mut().expect("it is there")).is_pending());
    }
    waiters[dropped].set(None);
    assert_eq!(notify.len(), 2, "waiters in the list after the drop");
    waiters[dropped].set(Some(notify.notified()));
    assert!(
        poll(waiters[dropped].as_mut().as_pin_mut().expect("it is there")).is_pending()
    );
    let order = [0, 1, 2].into_iter().filter(|&other| other != dropped).chain([dropped]);
    for next in order {
        notify.notify_one();
        let waiter = waiters[next].as_mut().as_pin_mut().expect("it is there");
        assert!(poll(waiter).is_ready(), "waiter {next} is the next one");
    }
    assert_eq!(notify.len(), 0, "waiters in the list at the end");
}

#[test]
fn the_first_waiter_can_leave() {
    without(0);
}

#[test]
fn a_waiter_in_the_middle_can_leave() {
    without(1);
}

#[test]
fn the_last_waiter_can_leave() {
    without(2);
}

#[test]
fn a_notified_waiter_that_is_dropped_passes_the_notification_on() {
    let (notify, counter) = (Notify::new(), Counter::new());
    let mut second = pin!(notify.notified());
    {
        let mut first = pin!(notify.notified());
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll_with(second.as_mut(), &counter.waker()).is_pending());
        notify.notify_one();
    }
    assert_eq!(counter.wakes(), 1, "wakes of the next waiter");
    assert!(poll(second).is_ready());
}

#[test]
fn notify_waiters_wakes_every_waiter() {
    let (notify, counter) = (Notify::new(), Counter::new());
    let mut all = pin!(join_all((0..4).map(|_| notify.notified()).collect()));
    assert!(poll_with(all.as_mut(), &counter.waker()).is_pending());
    notify.notify_waiters();
    assert_eq!((counter.wakes(), notify.len()), (4, 0), "wakes, waiters left");
    assert!(poll(all).is_ready());
}

#[test]
fn notify_waiters_leaves_no_permit() {
    let notify = Notify::new();
    notify.notify_waiters();
    assert!(poll(pin!(notify.notified())).is_pending());
}

#[test]
fn a_waiter_woken_by_notify_waiters_passes_nothing_on() {
    let notify = Notify::new();
    {
        let mut waiter = pin!(notify.notified());
        assert!(poll(waiter.as_mut()).is_pending());
        notify.notify_waiters();
    }
    assert!(poll(pin!(notify.notified())).is_pending(), "the next waiter was notified");
}

thread_local! {
    /// What [`Hook`] does when it is woken.
    static HOOK: RefCell<Vec<Box<dyn FnOnce()>>> = const { RefCell::new(Vec::new()) };
}

/// A waker that runs code of the test.
struct Hook;

impl Wake for Hook {
    fn wake(self: Arc<Self>) {
        let hook = HOOK.with_borrow_mut(Vec::pop);
        if let Some(hook) = hook {
            hook();
        }
    }
}

#[test]
fn a_task_that_begins_to_wait_during_notify_waiters_is_not_notified() {
    let (notify, hook) = (Notify::new(), Waker::from(Arc::new(Hook)));
    let mut waiter = pin!(notify.notified());
    assert!(poll_with(waiter.as_mut(), &hook).is_pending());
    let late = std::rc::Rc::new(RefCell::new(Box::pin(notify.notified())));
    let begins = std::rc::Rc::clone(&late);
    HOOK.with_borrow_mut(|hook| {
        hook.push(Box::new(move || {
            assert!(poll(begins.borrow_mut().as_mut()).is_pending());
        }));
    });
    notify.notify_waiters();
    assert_eq!(notify.len(), 1, "the late waiter is still in the list");
    assert_eq!(
        poll(late.borrow_mut().as_mut()),
        Poll::Pending,
        "the late waiter was notified"
    );
}

#[test]
fn a_waker_may_drop_another_waiter_during_notify_waiters() {
    let (notify, hook) = (Notify::new(), Waker::from(Arc::new(Hook)));
    let (mut first, mut last) = (pin!(notify.notified()), pin!(notify.notified()));
    let mut middle = Box::pin(notify.notified());
    assert!(poll_with(first.as_mut(), &hook).is_pending());
    assert!(poll(middle.as_mut()).is_pending());
    assert!(poll(last.as_mut()).is_pending());
    HOOK.with_borrow_mut(|hook| hook.push(Box::new(move || drop(middle))));
    notify.notify_waiters();
    assert!(poll(last).is_ready(), "the waiter after the dropped one was notified");
    assert_eq!(notify.len(), 0, "waiters in the list at the end");
}

#[test]
fn notify_waiters_wakes_in_the_order_of_waiting() {
    let (notify, woken) = (Notify::new(), Arc::new(Mutex::new(Vec::new())));
    let mut waiters: Vec<_> = (0..3).map(|_| Box::pin(notify.notified())).collect();
    for (number, waiter) in waiters.iter_mut().enumerate() {
        let waker = Waker::from(Arc::new(Numbered(number, Arc::clone(&woken))));
        assert!(poll_with(waiter.as_mut(), &waker).is_pending());
    }
    notify.notify_waiters();
    assert_eq!(
        *woken.lock().expect("no waker panics"),
        [0, 1, 2],
        "the waiters in the order of their wakes"
    );
}

#[test]
fn notify_waiters_keeps_an_earlier_permit() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_waiters();
    assert!(poll(pin!(notify.notified())).is_ready(), "the permit of notify_one is gone");
}

/// A waker that writes down its number.
struct Numbered(usize, Arc<Mutex<Vec<usize>>>);

impl Wake for Numbered {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("no waker panics").push(self.0);
    }
}
