//! [`Notify`] with waiters that come, are notified and are cancelled.

use crate::sync::{
    Notify,
    testing::{block_on, poll_once},
};
use loom::{model, sync::Arc, thread};
use std::pin::pin;

#[test]
fn notify_one_races_with_a_waiter_and_is_not_lost() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let other = {
            let notify = Arc::clone(&notify);
            thread::spawn(move || notify.notify_one())
        };
        block_on(notify.notified());
        other.join().unwrap();
    });
}

#[test]
fn notify_waiters_reaches_an_unpolled_future_of_another_thread() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let unpolled = notify.notified();
        let other = {
            let notify = Arc::clone(&notify);
            thread::spawn(move || notify.notify_waiters())
        };
        block_on(unpolled);
        other.join().unwrap();
    });
}

#[test]
fn a_notification_for_a_cancelled_waiter_goes_to_the_next() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let mut leaves = Box::pin(notify.notified());
        assert!(poll_once(leaves.as_mut()).is_pending());
        let other = {
            let notify = Arc::clone(&notify);
            thread::spawn(move || notify.notify_one())
        };
        drop(leaves);
        block_on(notify.notified());
        other.join().unwrap();
    });
}

#[test]
fn notify_one_and_notify_waiters_race_and_neither_is_lost() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let mut first = Box::pin(notify.notified());
        assert!(poll_once(first.as_mut()).is_pending());
        let other = {
            let notify = Arc::clone(&notify);
            thread::spawn(move || notify.notify_waiters())
        };
        notify.notify_one();
        other.join().unwrap();
        assert!(poll_once(first.as_mut()).is_ready());
        // `notify_one` chose the first waiter before `notify_waiters` did, or it
        // stored a permit.
        let mut second = pin!(notify.notified());
        let _ = poll_once(second.as_mut());
    });
}

#[test]
fn notify_last_for_a_cancelled_waiter_goes_to_another() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let mut stays = Box::pin(notify.notified());
        let mut cancelled = Box::pin(notify.notified());
        assert!(poll_once(stays.as_mut()).is_pending());
        assert!(poll_once(cancelled.as_mut()).is_pending());
        let other = {
            let notify = Arc::clone(&notify);
            thread::spawn(move || notify.notify_last())
        };
        drop(cancelled);
        block_on(stays);
        other.join().unwrap();
    });
}
