//! Loom models of the inbox: trap 1, and the end of the runtime.

use super::inbox::{Inbox, Pushed};
use crate::task::{Schedule, State, Task};
use loom::{
    model,
    sync::{Arc, Notify},
    thread,
};
use std::panic::Location;

struct Nowhere;

impl Schedule for Nowhere {
    unsafe fn schedule(_: *const Self, _: Task) {}
    fn release(&self, _: &Task) -> Option<Task> {
        None
    }
}

fn task() -> Task {
    Task::new(async {}, Nowhere, State::idle(), Location::caller(), 0)
}

/// What is in the inbox, by name.
fn take(inbox: &Inbox) -> Vec<u64> {
    let mut ids = Vec::new();
    inbox.take(|task| ids.push(task.header().id.get()));
    ids
}

/// The owner sleeps on a bell, as it does on the reactor's.
#[test]
fn trap_01_who_pushes_is_seen_before_the_sleep_or_rings() {
    model(|| {
        let inbox = Arc::new(Inbox::new());
        let bell = Arc::new(Notify::new());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let (inbox, bell) = (Arc::clone(&inbox), Arc::clone(&bell));
                thread::spawn(move || {
                    if matches!(inbox.push(task()), Pushed::Ring) {
                        bell.notify();
                    }
                })
            })
            .collect();
        let mut got = 0;
        while got < 2 {
            got += take(&inbox).len();
            if got < 2 && inbox.park() {
                // Should a push neither be seen nor ring, loom reports that
                // nobody can go on.
                bell.wait();
                inbox.unpark();
            }
        }
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(got, 2);
    });
}

#[test]
fn one_threads_tasks_come_out_in_the_order_they_went_in() {
    model(|| {
        let inbox = Arc::new(Inbox::new());
        let other = {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || {
                for _ in 0..3 {
                    let _ = inbox.push(task());
                }
            })
        };
        let mut ids = take(&inbox);
        other.join().unwrap();
        ids.extend(take(&inbox));
        assert_eq!(ids.len(), 3);
        assert!(ids.is_sorted());
    });
}

#[test]
fn trap_08_a_push_that_races_the_end_leaks_nothing() {
    // Loom reports a leak of its own objects, which every task holds.
    model(|| {
        let inbox = Arc::new(Inbox::new());
        let other = {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || {
                let _ = inbox.push(task());
            })
        };
        inbox.close(drop);
        other.join().unwrap();
        assert!(matches!(inbox.push(task()), Pushed::Closed(_)));
    });
}

#[test]
fn an_owner_that_wakes_by_itself_misses_nothing() {
    model(|| {
        let inbox = Arc::new(Inbox::new());
        let other = {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || drop(inbox.push(task())))
        };
        // A timer or an event, not the bell, ends this sleep.
        if inbox.park() {
            inbox.unpark();
        }
        let early = take(&inbox).len();
        other.join().unwrap();
        assert_eq!(early + take(&inbox).len(), 1);
    });
}
