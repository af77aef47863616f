//! Loom models of a scope into which another thread spawns.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::Scope;
use crate::sync::{oneshot, testing::block_on};
use loom::{
    model,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

/// A scope with a lifetime that lets loom's threads borrow it.
fn scope() -> &'static Scope<'static> {
    Box::leak(Box::new(Scope::new()))
}

/// Counts its own drop.
struct Droplet(Arc<AtomicUsize>);

impl Drop for Droplet {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn pitfall_01_a_child_that_arrives_before_the_park_is_seen_or_wakes_the_run() {
    model(|| {
        let scope = scope();
        let (sender, receiver) = oneshot::channel();
        let other = thread::spawn(move || {
            drop(scope.spawn(async { sender.send(7).unwrap() }));
        });
        // If the run never sees the child, loom reports a deadlock.
        let received = block_on(scope.run(receiver));
        assert_eq!(received, Ok(7));
        other.join().unwrap();
    });
}

#[test]
fn a_child_that_arrives_as_the_scope_ends_is_polled_or_dropped() {
    model(|| {
        let scope = scope();
        let (polls, drops) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let other = {
            let (polls, droplet) = (Arc::clone(&polls), Droplet(Arc::clone(&drops)));
            thread::spawn(move || {
                drop(scope.spawn(async move {
                    let _droplet = droplet;
                    polls.fetch_add(1, SeqCst);
                }));
            })
        };
        block_on(scope.run(async {}));
        // The scope waited for the child if it polled the child.
        if polls.load(SeqCst) == 1 {
            assert_eq!(drops.load(SeqCst), 1);
        }
        other.join().unwrap();
        assert!(polls.load(SeqCst) <= 1);
        assert_eq!(drops.load(SeqCst), 1, "neither leaked nor dropped twice");
    });
}

#[test]
fn pitfall_16_a_child_that_arrives_while_the_run_is_dropped_is_dropped() {
    model(|| {
        let scope = scope();
        let drops = Arc::new(AtomicUsize::new(0));
        let run = scope.run(std::future::pending::<()>());
        let other = {
            let droplet = Droplet(Arc::clone(&drops));
            thread::spawn(move || {
                drop(scope.spawn(async move {
                    let _droplet = droplet;
                }));
            })
        };
        drop(run);
        other.join().unwrap();
        assert_eq!(drops.load(SeqCst), 1);
    });
}
