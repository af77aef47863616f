//! Loom models of what waits in a list: [`Permits`], and all that is made of
//! them, and [`Notify`].
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::{
    Notify,
    permits::Permits,
    testing::{Count, block_on, glance, poll},
};
use loom::{cell::UnsafeCell, model, sync::Arc, thread};
use std::pin::pin;

#[test]
fn a_permit_that_is_released_reaches_who_waits() {
    model(|| {
        let permits = Arc::new(Permits::new(0));
        let other = {
            let permits = Arc::clone(&permits);
            thread::spawn(move || permits.release(1))
        };
        block_on(permits.acquire(1)).unwrap();
        other.join().unwrap();
        assert_eq!(permits.available(), 0);
    });
}

#[test]
fn one_permit_lets_one_in_at_a_time() {
    model(|| {
        let shared = Arc::new((Permits::new(1), UnsafeCell::new(0)));
        let visit = |shared: Arc<(Permits, UnsafeCell<i32>)>| {
            block_on(shared.0.acquire(1)).unwrap();
            // Loom reports two who are in here at once.
            // SAFETY: that is what this asserts.
            shared.1.with_mut(|count| unsafe { *count += 1 });
            shared.0.release(1);
        };
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || visit(shared))
        };
        visit(Arc::clone(&shared));
        other.join().unwrap();
        // SAFETY: both are gone.
        assert_eq!(shared.1.with(|count| unsafe { *count }), 2);
        assert_eq!(shared.0.available(), 1);
    });
}

#[test]
fn two_who_wait_are_both_served_by_one_release() {
    model(|| {
        let permits = Arc::new(Permits::new(0));
        let others = [(); 2].map(|()| {
            let permits = Arc::clone(&permits);
            thread::spawn(move || block_on(permits.acquire(1)).unwrap())
        });
        permits.release(2);
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(permits.available(), 0);
    });
}

#[test]
fn a_permit_handed_to_who_leaves_goes_to_the_next() {
    model(|| {
        let permits = Arc::new(Permits::new(0));
        let other = {
            let permits = Arc::clone(&permits);
            thread::spawn(move || permits.release(1))
        };
        {
            let mut leaves = pin!(permits.acquire(1));
            if glance(leaves.as_mut()).is_ready() {
                permits.release(1);
            }
        }
        block_on(permits.acquire(1)).unwrap();
        other.join().unwrap();
        assert_eq!(permits.available(), 0);
    });
}

#[test]
fn who_wants_much_and_leaves_makes_way_for_who_wants_little() {
    model(|| {
        let permits = Arc::new(Permits::new(0));
        let mut much = Box::pin(permits.acquire(2));
        assert!(glance(much.as_mut()).is_pending());
        let (waker, count) = Count::waker();
        let mut little = pin!(permits.acquire(1));
        assert!(poll(little.as_mut(), &waker).is_pending());
        let other = {
            let permits = Arc::clone(&permits);
            thread::spawn(move || permits.release(1))
        };
        drop(much);
        other.join().unwrap();
        assert_eq!(count.wakes(), 1);
        assert_eq!(glance(little.as_mut()), std::task::Poll::Ready(Ok(())));
    });
}

#[test]
fn closing_ends_every_wait() {
    model(|| {
        let permits = Arc::new(Permits::new(0));
        let other = {
            let permits = Arc::clone(&permits);
            thread::spawn(move || permits.close())
        };
        assert!(block_on(permits.acquire(1)).is_err());
        other.join().unwrap();
    });
}

#[test]
fn more_than_a_batch_is_woken_whole() {
    model(|| {
        let permits = Arc::new(Permits::new(0));
        let (waker, count) = Count::waker();
        let mut waits: Vec<_> = (0..3).map(|_| Box::pin(permits.acquire(1))).collect();
        for wait in &mut waits {
            assert!(poll(wait.as_mut(), &waker).is_pending());
        }
        let other = {
            let permits = Arc::clone(&permits);
            thread::spawn(move || permits.release(3))
        };
        // Taken out of the middle, at any moment, with what it was handed.
        drop(waits.remove(1));
        other.join().unwrap();
        assert!(count.wakes() >= 2);
        for wait in &mut waits {
            assert!(glance(wait.as_mut()).is_ready());
        }
        assert_eq!(permits.available(), 1);
    });
}

#[test]
fn one_notification_is_a_permit_or_a_wake() {
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
fn all_are_notified_who_came_before() {
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
fn a_notification_for_who_leaves_goes_to_the_next() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let mut leaves = Box::pin(notify.notified());
        assert!(glance(leaves.as_mut()).is_pending());
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
fn one_and_all_at_once_lose_neither() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let mut first = Box::pin(notify.notified());
        assert!(glance(first.as_mut()).is_pending());
        let other = {
            let notify = Arc::clone(&notify);
            thread::spawn(move || notify.notify_waiters())
        };
        notify.notify_one();
        other.join().unwrap();
        assert!(glance(first.as_mut()).is_ready());
        // `notify_one` chose the first before all were notified, or left a
        // permit.
        let mut second = pin!(notify.notified());
        let _ = glance(second.as_mut());
    });
}
