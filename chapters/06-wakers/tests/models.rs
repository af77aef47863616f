//! Loom runs each of these in every order in which its threads can meet:
//! `cargo test -p wakers --features loom --release --test models`.
//!
//! A thread that was unparked may not be joined in loom, so devices are left to
//! themselves; a model is over when all of its threads are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Wake, Waker};

use loom::thread;
use wakers::{AtomicWaker, Flag, Parker, block_on};

/// Counts its wakes.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        // Relaxed: counted when the threads have been joined.
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        // Relaxed: as above.
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
                // Release: as in `Flag`.
                flag.0.store(true, std::sync::atomic::Ordering::Release);
                flag.1.wake();
            }
        });
        let (old, new) = (Arc::<Wakes>::default(), Arc::<Wakes>::default());
        let mut seen = false;
        for wakes in [&old, &new] {
            flag.1.register(&Waker::from(Arc::clone(wakes)));
            seen = flag.0.load(std::sync::atomic::Ordering::Acquire);
        }
        device.join().expect("it wakes");
        assert!(seen || new.count() == 1, "neither seen nor woken");
        // Both may be woken: a wake too many is a poll too many, and no harm.
        assert!(old.count() <= 1 && new.count() <= 1);
    });
}

#[test]
fn only_one_of_two_concurrent_wakes_takes_the_waker() {
    loom::model(|| {
        let (place, wakes) = (Arc::new(AtomicWaker::new()), Arc::<Wakes>::default());
        place.register(&Waker::from(Arc::clone(&wakes)));
        let other = thread::spawn({
            let place = Arc::clone(&place);
            move || place.wake()
        });
        place.wake();
        other.join().expect("it wakes");
        assert_eq!((wakes.count(), Arc::strong_count(&wakes)), (1, 1));
    });
}
