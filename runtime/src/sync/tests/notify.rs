use crate::sync::{
    Notify,
    testing::{Count, at_once, poll, poll_once},
};
use std::{pin::pin, sync::Arc};

#[test]
fn notify_one_without_waiters_stores_one_permit() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    at_once(notify.notified());
    assert!(poll_once(pin!(notify.notified())).is_pending());
}

#[test]
fn notify_one_wakes_waiters_in_the_order_in_which_they_came() {
    let notify = Notify::new();
    let mut waits: Vec<_> = (0..3).map(|_| Box::pin(notify.notified())).collect();
    for wait in &mut waits {
        assert!(poll_once(wait.as_mut()).is_pending());
    }
    for notified in 0..3 {
        notify.notify_one();
        for (number, wait) in waits.iter_mut().enumerate().skip(notified) {
            assert_eq!(poll_once(wait.as_mut()).is_ready(), number == notified);
        }
    }
    assert!(
        poll_once(pin!(notify.notified())).is_pending(),
        "no permit is stored"
    );
}

#[test]
fn notify_waiters_wakes_all_and_stores_no_permit() {
    let notify = Notify::new();
    let (waker, count) = Count::waker();
    let mut waits: Vec<_> = (0..40).map(|_| Box::pin(notify.notified())).collect();
    for wait in &mut waits {
        assert!(poll(wait.as_mut(), &waker).is_pending());
    }
    notify.notify_waiters();
    assert_eq!(count.wakes(), 40);
    assert!(
        waits
            .iter_mut()
            .all(|wait| poll_once(wait.as_mut()).is_ready())
    );
    assert!(poll_once(pin!(notify.notified())).is_pending());
}

#[test]
fn notify_waiters_notifies_unpolled_futures() {
    let notify = Notify::new();
    let unpolled = notify.notified();
    notify.notify_waiters();
    let after = notify.notified();
    at_once(unpolled);
    assert!(poll_once(pin!(after)).is_pending());
}

#[test]
fn a_cancelled_waiter_passes_its_notification_on() {
    let notify = Notify::new();
    let (waker, count) = Count::waker();
    let mut first = Box::pin(notify.notified());
    let mut second = pin!(notify.notified());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    notify.notify_one();
    drop(first);
    assert_eq!(count.wakes(), 1);
    assert!(poll_once(second.as_mut()).is_ready());

    let mut alone = Box::pin(notify.notified());
    assert!(poll_once(alone.as_mut()).is_pending());
    notify.notify_one();
    drop(alone);
    at_once(notify.notified());
}

#[test]
fn a_waiter_cancelled_after_notify_waiters_passes_nothing_on() {
    let notify = Notify::new();
    let mut leaves = Box::pin(notify.notified());
    assert!(poll_once(leaves.as_mut()).is_pending());
    notify.notify_waiters();
    drop(leaves);
    assert!(
        poll_once(pin!(notify.notified())).is_pending(),
        "no permit is stored"
    );
}

#[test]
fn enable_enters_the_queue_before_the_first_poll() {
    let notify = Notify::new();
    let mut first = pin!(notify.notified());
    let mut second = pin!(notify.notified());
    assert!(!first.as_mut().enable());
    assert!(!second.as_mut().enable());
    assert!(!first.as_mut().enable(), "it is not notified yet");
    notify.notify_one();
    notify.notify_one();
    assert!(first.as_mut().enable());
    assert!(poll_once(first).is_ready());
    assert!(poll_once(second).is_ready());

    notify.notify_one();
    let mut third = pin!(notify.notified());
    assert!(third.as_mut().enable());
    assert!(
        poll_once(pin!(notify.notified())).is_pending(),
        "the permit is taken"
    );
}

#[test]
fn notify_last_wakes_the_waiter_that_came_last() {
    let notify = Notify::new();
    let mut waits: Vec<_> = (0..3).map(|_| Box::pin(notify.notified())).collect();
    for wait in &mut waits {
        assert!(poll_once(wait.as_mut()).is_pending());
    }
    notify.notify_last();
    assert!(poll_once(waits[0].as_mut()).is_pending());
    assert!(poll_once(waits[1].as_mut()).is_pending());
    assert!(poll_once(waits[2].as_mut()).is_ready());
    notify.notify_one();
    notify.notify_last();
    assert!(poll_once(waits[0].as_mut()).is_ready());
    assert!(poll_once(waits[1].as_mut()).is_ready());
    notify.notify_last();
    notify.notify_last();
    at_once(notify.notified());
    assert!(
        poll_once(pin!(notify.notified())).is_pending(),
        "one permit is stored"
    );
}

#[test]
fn a_cancelled_waiter_passes_notify_last_to_the_last_of_the_others() {
    let notify = Notify::new();
    let mut first = pin!(notify.notified());
    let mut second = pin!(notify.notified());
    let mut third = Box::pin(notify.notified());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    assert!(poll_once(third.as_mut()).is_pending());
    notify.notify_last();
    drop(third);
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second).is_ready());
    notify.notify_one();
    assert!(poll_once(first).is_ready());
}

#[test]
fn an_owned_future_keeps_its_notify_alive() {
    let notify = Arc::new(Notify::new());
    let weak = Arc::downgrade(&notify);
    let (waker, count) = Count::waker();
    let mut first = Box::pin(Arc::clone(&notify).notified_owned());
    let mut second = Box::pin(notify.notified_owned());
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    weak.upgrade().unwrap().notify_one();
    assert_eq!(count.wakes(), 1);
    drop(first);
    assert_eq!(count.wakes(), 2, "the second waiter gets the notification");
    assert!(poll_once(second.as_mut()).is_ready());
    drop(second);
    assert!(weak.upgrade().is_none());
}

#[test]
fn an_owned_future_is_notified_before_its_first_poll() {
    let notify = Arc::new(Notify::new());
    let unpolled = Arc::clone(&notify).notified_owned();
    notify.notify_waiters();
    at_once(unpolled);
    let mut enabled = pin!(Arc::clone(&notify).notified_owned());
    assert!(!enabled.as_mut().enable());
    notify.notify_one();
    assert!(enabled.as_mut().enable());
    assert!(poll_once(enabled.as_mut()).is_ready());
    assert!(poll_once(enabled).is_ready(), "it stays ready");
}
