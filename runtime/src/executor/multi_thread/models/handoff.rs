//! Loom models of the hand-off of a worker.

use crate::executor::multi_thread::handoff::Handoff;
use loom::{
    cell::UnsafeCell,
    model,
    sync::{Arc, Notify},
    thread,
};

#[test]
fn one_thread_at_a_time_drives_a_worker_and_the_owner_gets_it_back() {
    model(|| {
        // loom reports two threads that use the worker at once, or one that does not see
        // what the other did.
        let worker = UnsafeCell::new(0);
        let shared = Arc::new((Handoff::new(), Notify::new(), worker));
        let left = shared.0.leave();
        let replacement = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, notify, worker) = &*shared;
                let took_over = handoff.try_drive(left);
                if took_over {
                    // SAFETY: the model checks this.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    if !handoff.is_wanted() {
                        notify.wait();
                    }
                    handoff.leave();
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
fn trap_16_shutdown_waits_until_no_thread_drives_and_then_no_thread_begins_to() {
    model(|| {
        let shared = Arc::new((Handoff::new(), UnsafeCell::new(0)));
        let owner = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, worker) = &*shared;
                let left = handoff.leave();
                assert_eq!(left, 1);
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
                if handoff.try_drive(1) {
                    // SAFETY: the model checks this.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    handoff.leave();
                }
            })
        };
        // If `leave` and `end` did not notify this thread, loom would report a deadlock.
        shared.0.wait_until_no_thread_drives();
        assert!(!shared.0.try_drive(1), "the runtime has ended");
        owner.join().unwrap();
        replacement.join().unwrap();
    });
}

#[test]
fn a_replacement_that_comes_too_late_does_not_take_the_worker() {
    model(|| {
        let handoff = Handoff::new();
        let first = handoff.leave();
        handoff.take_back(|| {});
        let second = handoff.leave();
        assert!(!handoff.try_drive(first), "the owner has come back since");
        assert!(handoff.try_drive(second));
        assert!(!handoff.try_drive(second), "another thread drives");
    });
}
