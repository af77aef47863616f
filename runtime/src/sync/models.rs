//! Loom models of what waits in a list: [`Permits`] and [`Notify`], and what is
//! made of them. The channels that keep queues of their own have theirs.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::{
    Barrier, CancellationToken, Mutex, Notify, OnceCell, RwLock, SetOnce,
    broadcast::{self, error::RecvError},
    permits::Permits,
    testing::{Count, block_on, glance, poll},
    watch,
};
use crate::trace::Label;
use loom::{cell::UnsafeCell, model, sync::Arc, thread};
use std::pin::pin;

#[test]
fn a_permit_that_is_released_reaches_who_waits() {
    model(|| {
        let permits = Arc::new(Permits::new(0, Label::new("model")));
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
        let shared = Arc::new((Permits::new(1, Label::new("model")), UnsafeCell::new(0)));
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
        let permits = Arc::new(Permits::new(0, Label::new("model")));
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
        let permits = Arc::new(Permits::new(0, Label::new("model")));
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
        let permits = Arc::new(Permits::new(0, Label::new("model")));
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
        let permits = Arc::new(Permits::new(0, Label::new("model")));
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
        let permits = Arc::new(Permits::new(0, Label::new("model")));
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

#[test]
fn a_change_is_seen_or_wakes() {
    model(|| {
        let (sender, mut receiver) = watch::channel(0);
        let other = thread::spawn(move || assert!(sender.send(1).is_ok()));
        block_on(receiver.changed()).unwrap();
        assert_eq!(*receiver.borrow(), 1);
        assert!(block_on(receiver.changed()).is_err());
        other.join().unwrap();
    });
}

#[test]
fn a_value_reaches_a_receiver_that_goes_to_sleep() {
    model(|| {
        let (sender, mut receiver) = broadcast::channel(1);
        let other = thread::spawn(move || assert!(sender.send(1).is_ok()));
        assert_eq!(block_on(receiver.recv()), Ok(1));
        assert_eq!(block_on(receiver.recv()), Err(RecvError::Closed));
        other.join().unwrap();
    });
}

#[test]
fn a_child_is_cancelled_whenever_it_is_made() {
    model(|| {
        let token = CancellationToken::new();
        let other = {
            let token = token.clone();
            thread::spawn(move || token.cancel())
        };
        let child = token.child_token();
        block_on(child.cancelled());
        other.join().unwrap();
        assert!(token.is_cancelled());
    });
}

#[test]
fn two_meet_at_a_barrier() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let other = {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || block_on(barrier.wait()).is_leader())
        };
        let leads = block_on(barrier.wait()).is_leader();
        assert!(leads != other.join().unwrap());
    });
}

#[test]
fn one_of_two_makes_the_value() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let other = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || *block_on(cell.get_or_init(async || 1)))
        };
        let value = *block_on(cell.get_or_init(async || 2));
        assert_eq!(other.join().unwrap(), value);
    });
}

#[test]
fn who_waits_for_a_value_that_is_set_once_gets_it() {
    model(|| {
        let cell = Arc::new(SetOnce::new());
        let others = [1, 2].map(|value| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || cell.set(value).is_ok())
        });
        let got = *block_on(cell.wait());
        let [first, second] = others.map(|other| other.join().unwrap());
        assert!(first ^ second, "one of them was the first");
        assert_eq!(got, if first { 1 } else { 2 });
    });
}

#[test]
fn a_mutex_lets_one_in_at_a_time() {
    model(|| {
        let mutex = Arc::new(Mutex::new(UnsafeCell::new(0)));
        let add = |mutex: &Mutex<UnsafeCell<i32>>| {
            let guard = block_on(mutex.lock());
            // SAFETY: loom reports two who are in here at once.
            guard.with_mut(|count| unsafe { *count += 1 });
        };
        let other = {
            let mutex = Arc::clone(&mutex);
            thread::spawn(move || add(&mutex))
        };
        add(&mutex);
        other.join().unwrap();
    });
}

#[test]
fn a_writer_is_alone() {
    model(|| {
        let lock = Arc::new(RwLock::new(UnsafeCell::new(0)));
        let other = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                let guard = block_on(lock.write());
                // SAFETY: loom reports a reader who is in here too.
                guard.with_mut(|count| unsafe { *count += 1 });
            })
        };
        // SAFETY: loom reports a writer who is in here too.
        block_on(lock.read()).with(|count| assert!(unsafe { *count } <= 1));
        other.join().unwrap();
    });
}

#[test]
fn who_gives_up_making_the_value_leaves_it_to_the_next() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let other = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || *block_on(cell.get_or_init(async || 1)))
        };
        {
            let mut gives_up = pin!(cell.get_or_init(async || std::future::pending().await));
            let _ = glance(gives_up.as_mut());
        }
        assert_eq!(other.join().unwrap(), 1);
    });
}

#[test]
fn who_leaves_a_barrier_as_another_comes_counts_once_or_not() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let mut leaves = Box::pin(barrier.wait());
        assert!(glance(leaves.as_mut()).is_pending());
        let other = {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                let _ = glance(pin!(barrier.wait()));
            })
        };
        drop(leaves);
        other.join().unwrap();
        // It is as it was: the first waits, the second leads.
        let (mut first, mut second) = (pin!(barrier.wait()), pin!(barrier.wait()));
        assert!(glance(first.as_mut()).is_pending());
        assert!(glance(second.as_mut()).is_ready());
        assert!(glance(first.as_mut()).is_ready());
    });
}

#[test]
fn a_receiver_that_goes_while_a_value_is_sent_takes_none_from_another() {
    model(|| {
        let (sender, goes) = broadcast::channel(1);
        let mut stays = sender.subscribe();
        let other = thread::spawn(move || drop(goes));
        // Loom reports a value that is never dropped.
        assert!(sender.send(Arc::new(1)).is_ok());
        drop(sender);
        assert_eq!(*block_on(stays.recv()).unwrap(), 1);
        assert!(block_on(stays.recv()).is_err());
        other.join().unwrap();
    });
}

#[test]
fn a_sender_that_waits_hears_the_last_who_watches_go() {
    model(|| {
        let (sender, receiver) = watch::channel(0);
        let other = thread::spawn(move || drop(receiver));
        block_on(sender.closed());
        other.join().unwrap();
    });
}

#[test]
fn a_token_that_goes_passes_the_cancellation_on() {
    model(|| {
        let token = CancellationToken::new();
        let child = token.child_token();
        let grandchild = child.child_token();
        let other = {
            let token = token.clone();
            thread::spawn(move || token.cancel())
        };
        drop(child);
        block_on(grandchild.cancelled());
        other.join().unwrap();
    });
}
