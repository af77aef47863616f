//! Locks, cells and the barrier, which are made of permits and a list.

use crate::sync::{
    Barrier, Mutex, OnceCell, RwLock, SetOnce,
    testing::{block_on, poll_once},
};
use loom::{cell::UnsafeCell, model, sync::Arc, thread};
use std::pin::pin;

#[test]
fn two_threads_pass_a_barrier_together() {
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
fn one_of_two_threads_makes_the_value() {
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
fn a_set_value_wakes_its_waiter() {
    model(|| {
        let cell = Arc::new(SetOnce::new());
        let others = [1, 2].map(|value| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || cell.set(value).is_ok())
        });
        let got = *block_on(cell.wait());
        let [first, second] = others.map(|other| other.join().unwrap());
        assert!(first ^ second, "one of the two threads has set it");
        assert_eq!(got, if first { 1 } else { 2 });
    });
}

#[test]
fn a_mutex_has_one_holder_at_a_time() {
    model(|| {
        let mutex = Arc::new(Mutex::new(UnsafeCell::new(0)));
        let add = |mutex: &Mutex<UnsafeCell<i32>>| {
            let guard = block_on(mutex.lock());
            // SAFETY: the lock excludes the other thread. Loom reports an access
            // at the same time.
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
fn a_writer_excludes_readers() {
    model(|| {
        let lock = Arc::new(RwLock::new(UnsafeCell::new(0)));
        let other = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                let guard = block_on(lock.write());
                // SAFETY: a writer excludes the reader. Loom reports an access at
                // the same time.
                guard.with_mut(|count| unsafe { *count += 1 });
            })
        };
        // SAFETY: a reader excludes the writer. Loom reports an access at the
        // same time.
        block_on(lock.read()).with(|count| assert!(unsafe { *count } <= 1));
        other.join().unwrap();
    });
}

#[test]
fn a_cancelled_initialization_is_left_to_the_next_task() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let other = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || *block_on(cell.get_or_init(async || 1)))
        };
        {
            let mut gives_up = pin!(cell.get_or_init(async || std::future::pending().await));
            let _ = poll_once(gives_up.as_mut());
        }
        assert_eq!(other.join().unwrap(), 1);
    });
}

#[test]
fn a_cancelled_arrival_races_with_the_last_arrival_and_leaves_the_count_right() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let mut leaves = Box::pin(barrier.wait());
        assert!(poll_once(leaves.as_mut()).is_pending());
        let other = {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                let _ = poll_once(pin!(barrier.wait()));
            })
        };
        drop(leaves);
        other.join().unwrap();
        // The barrier works as before: the first waits and the second leads.
        let (mut first, mut second) = (pin!(barrier.wait()), pin!(barrier.wait()));
        assert!(poll_once(first.as_mut()).is_pending());
        assert!(poll_once(second.as_mut()).is_ready());
        assert!(poll_once(first.as_mut()).is_ready());
    });
}
