//! Loom runs each test in every possible interleaving of its threads:
//! `cargo test -p wakers --features loom --release --test models`.
//!
//! In loom 0.7, `join` panics if another thread unparks the thread that joins. So a
//! test that parks does not join its devices. Loom itself waits for all threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Wake, Waker};

use loom::thread;
use wakers::{AtomicWaker, Flag, Parker, block_on};

/// A waker that counts its wakes.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        // Relaxed: the test reads the count after it has joined the threads.
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        // Relaxed: see `count`.
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
fn raising_a_flag_ends_the_wait_in_every_interleaving() {
    loom::model(|| {
        let flag = Arc::new(Flag::new());
        thread::spawn({
            let flag = Arc::clone(&flag);
            move || flag.raise()
        });
        block_on(flag.wait());
        assert!(flag.is_raised());
    });
}

#[test]
fn two_threads_may_raise_a_flag_at_the_same_time() {
    loom::model(|| {
        let flag = Arc::new(Flag::new());
        for _ in 0..2 {
            let flag = Arc::clone(&flag);
            thread::spawn(move || flag.raise());
        }
        block_on(flag.wait());
    });
}

#[test]
fn an_unpark_ends_the_park_in_every_interleaving() {
    loom::model(|| {
        let parker = Parker::new();
        for _ in 0..2 {
            let parker = Arc::clone(&parker);
            thread::spawn(move || parker.unpark());
        }
        parker.park();
    });
}

#[test]
fn no_wake_is_lost_while_one_waker_replaces_another() {
    loom::model(|| {
        let flag =
            Arc::new((loom::sync::atomic::AtomicBool::new(false), AtomicWaker::new()));
        let device = thread::spawn({
            let flag = Arc::clone(&flag);
            move || {
                // Release: pairs with the Acquire load below.
                flag.0.store(true, std::sync::atomic::Ordering::Release);
                flag.1.wake();
            }
        });
        let (old, new) = (Arc::<Wakes>::default(), Arc::<Wakes>::default());
        let mut seen = false;
        for wakes in [&old, &new] {
            flag.1.register(&Waker::from(Arc::clone(wakes)));
            // Acquire: pairs with the Release store of the device.
            seen = flag.0.load(std::sync::atomic::Ordering::Acquire);
        }
        device.join().expect("the device does not panic");
        assert!(seen || new.count() == 1, "the task neither saw the flag nor was woken");
        // Both wakers may be woken. The extra wake only costs an extra poll.
        assert!(old.count() <= 1 && new.count() <= 1);
    });
}

#[test]
fn only_one_of_two_concurrent_wakes_takes_the_waker() {
    loom::model(|| {
        let (slot, wakes) = (Arc::new(AtomicWaker::new()), Arc::<Wakes>::default());
        slot.register(&Waker::from(Arc::clone(&wakes)));
        let other = thread::spawn({
            let slot = Arc::clone(&slot);
            move || slot.wake()
        });
        slot.wake();
        other.join().expect("the other thread does not panic");
        assert_eq!((wakes.count(), Arc::strong_count(&wakes)), (1, 1));
    });
}
