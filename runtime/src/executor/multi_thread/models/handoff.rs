//! Loom models of the hand-off of a worker.

use crate::executor::multi_thread::handoff::Handoff;
use loom::{
    cell::UnsafeCell,
    model,
    sync::{Arc, Notify},
    thread,
};

#[test]
fn one_thread_at_a_time_runs_a_worker_and_its_own_thread_gets_it_back() {
    model(|| {
        // loom reports two threads that use the worker at once, or one that does not see
        // what the other did.
        let worker = UnsafeCell::new(0);
        let shared = Arc::new((Handoff::new(), Notify::new(), worker));
        let number = shared.0.release();
        let replacement = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, notify, worker) = &*shared;
                let took_over = handoff.try_acquire(number);
                if took_over {
                    // SAFETY: the model checks this.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    if !handoff.is_wanted() {
                        notify.wait();
                    }
                    handoff.release();
                }
                usize::from(took_over)
            })
        };
        let (handoff, notify, worker) = &*shared;
        handoff.take_back(|| notify.notify());
        // SAFETY: the model checks this.
        let turns = worker.with(|turns| unsafe { *turns });
        assert_eq!(turns, replacement.join().unwrap());
    });
}

#[test]
fn pitfall_16_shutdown_waits_until_no_thread_drives_and_then_no_thread_begins_to() {
    model(|| {
        let shared = Arc::new((Handoff::new(), UnsafeCell::new(0)));
        let own_thread = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, worker) = &*shared;
                let number = handoff.release();
                assert_eq!(number, 1);
                handoff.take_back(|| ());
                // SAFETY: the model checks this.
                worker.with_mut(|turns| unsafe { *turns += 1 });
                handoff.end();
            })
        };
        let replacement = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, worker) = &*shared;
                if handoff.try_acquire(1) {
                    // SAFETY: the model checks this.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    handoff.release();
                }
            })
        };
        // If `release` and `end` did not notify this thread, loom would report a deadlock.
        shared.0.wait_until_released();
        assert!(!shared.0.try_acquire(1), "the runtime has ended");
        own_thread.join().unwrap();
        replacement.join().unwrap();
    });
}

#[test]
fn a_replacement_that_comes_too_late_does_not_take_the_worker() {
    model(|| {
        let handoff = Handoff::new();
        let first = handoff.release();
        handoff.take_back(|| {});
        let second = handoff.release();
        assert!(
            !handoff.try_acquire(first),
            "the worker's own thread has come back since"
        );
        assert!(handoff.try_acquire(second));
        assert!(
            !handoff.try_acquire(second),
            "another thread runs the worker"
        );
    });
}
