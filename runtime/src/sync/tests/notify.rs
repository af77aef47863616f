use crate::sync::{
    Notify,
    testing::{Count, at_once, glance, poll},
};
use std::pin::pin;

#[test]
fn a_permit_is_left_for_the_next_and_only_one() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    at_once(notify.notified());
    assert!(glance(pin!(notify.notified())).is_pending());
}

#[test]
fn one_is_notified_at_a_time_in_the_order_in_which_they_came() {
    let notify = Notify::new();
    let mut waits: Vec<_> = (0..3).map(|_| Box::pin(notify.notified())).collect();
    for wait in &mut waits {
        assert!(glance(wait.as_mut()).is_pending());
    }
    for notified in 0..3 {
        notify.notify_one();
        for (number, wait) in waits.iter_mut().enumerate().skip(notified) {
            assert_eq!(glance(wait.as_mut()).is_ready(), number == notified);
        }
    }
    assert!(glance(pin!(notify.notified())).is_pending(), "no permit");
}

#[test]
fn all_are_notified_and_nothing_is_left() {
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
            .all(|wait| glance(wait.as_mut()).is_ready())
    );
    assert!(glance(pin!(notify.notified())).is_pending());
}

#[test]
fn all_are_notified_who_were_made_before_polled_or_not() {
    let notify = Notify::new();
    let unpolled = notify.notified();
    notify.notify_waiters();
    let after = notify.notified();
    at_once(unpolled);
    assert!(glance(pin!(after)).is_pending());
}

#[test]
fn one_that_leaves_has_another_notified_in_its_place() {
    let notify = Notify::new();
    let (waker, count) = Count::waker();
    let mut first = Box::pin(notify.notified());
    let mut second = pin!(notify.notified());
    assert!(glance(first.as_mut()).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    notify.notify_one();
    drop(first);
    assert_eq!(count.wakes(), 1);
    assert!(glance(second.as_mut()).is_ready());

    let mut alone = Box::pin(notify.notified());
    assert!(glance(alone.as_mut()).is_pending());
    notify.notify_one();
    drop(alone);
    at_once(notify.notified());
}

#[test]
fn one_of_all_who_leaves_is_missed_by_nobody() {
    let notify = Notify::new();
    let mut leaves = Box::pin(notify.notified());
    assert!(glance(leaves.as_mut()).is_pending());
    notify.notify_waiters();
    drop(leaves);
    assert!(glance(pin!(notify.notified())).is_pending(), "no permit");
}

#[test]
fn a_place_can_be_taken_before_the_wait() {
    let notify = Notify::new();
    let mut first = pin!(notify.notified());
    let mut second = pin!(notify.notified());
    assert!(!first.as_mut().enable());
    assert!(!second.as_mut().enable());
    assert!(!first.as_mut().enable(), "still not");
    notify.notify_one();
    notify.notify_one();
    assert!(first.as_mut().enable());
    assert!(glance(first).is_ready());
    assert!(glance(second).is_ready());

    notify.notify_one();
    let mut third = pin!(notify.notified());
    assert!(third.as_mut().enable());
    assert!(
        glance(pin!(notify.notified())).is_pending(),
        "the permit is taken"
    );
}
