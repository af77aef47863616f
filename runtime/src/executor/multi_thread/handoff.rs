//! Who drives a worker: its own thread, or, while that blocks in place, another.
//!
//! | the seat     | who drives                                                  |
//! |--------------|-------------------------------------------------------------|
//! | `Owner`      | the worker's own thread                                     |
//! | `Vacant`     | nobody: who drove blocks, and a substitute was asked for;   |
//! |              | or the worker's thread has ended                            |
//! | `Substitute` | a thread of the blocking pool                               |
//!
//! | from         | function              | to                                     |
//! |--------------|-----------------------|----------------------------------------|
//! | any          | [`Handoff::leave`]       | `Vacant`: the driver is about to block |
//! | `Vacant`     | [`Handoff::substitute`]  | `Substitute`, unless it comes too late |
//! | `Substitute` | [`Handoff::leave`]       | `Vacant`: it gives the worker back     |
//! | `Vacant`     | [`Handoff::come_back`]   | `Owner`, which waits for it            |
//! | any          | [`Handoff::end`]         | `Vacant`: the worker's thread ends     |
//!
//! A worker is a thing for one thread at a time. The lock around the seat is
//! what hands it on: who takes the seat sees all that the last one did.

use crate::primitives::{AtomicUsize, Condvar, Mutex, lock};
use std::sync::{PoisonError, atomic::Ordering::SeqCst};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DrivenBy {
    Owner,
    Vacant,
    Substitute,
}

struct State {
    driver: DrivenBy,
    /// How often it was left: a substitute is for one of these times.
    left: usize,
    /// The pool has ended: nobody is to take it any more but its owner, to leave.
    over: bool,
}

pub(crate) struct Handoff {
    state: Mutex<State>,
    changed: Condvar,
    /// 1 while the owner waits for its seat.
    wanted: AtomicUsize,
}

impl Handoff {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                driver: DrivenBy::Owner,
                left: 0,
                over: false,
            }),
            changed: Condvar::new(),
            wanted: AtomicUsize::new(0),
        }
    }

    /// The driver leaves. Which time that is, for a substitute to name.
    pub(crate) fn leave(&self) -> usize {
        let mut state = lock(&self.state);
        debug_assert_ne!(state.driver, DrivenBy::Vacant, "only who drives leaves");
        state.driver = DrivenBy::Vacant;
        state.left += 1;
        let left = state.left;
        drop(state);
        self.changed.notify_all();
        left
    }

    /// The worker's own thread ends, whoever drives.
    pub(crate) fn end(&self) {
        lock(&self.state).driver = DrivenBy::Vacant;
        self.changed.notify_all();
    }

    /// The pool has ended: waits until nobody drives the worker. Its owner may be
    /// away, in a poll that waits for what the end will tell it.
    pub(crate) fn wait_until_left(&self) {
        let mut state = lock(&self.state);
        while state.driver != DrivenBy::Vacant {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.over = true;
    }

    /// Another thread takes the seat that was left the `left`-th time. False if
    /// it is taken, or the owner waits for it.
    #[must_use]
    pub(crate) fn substitute(&self, left: usize) -> bool {
        let mut state = lock(&self.state);
        let is_for_us = state.driver == DrivenBy::Vacant && state.left == left && !state.over;
        if is_for_us && !self.is_wanted() {
            state.driver = DrivenBy::Substitute;
            return true;
        }
        false
    }

    /// Whether the owner waits for its seat: who drives leaves soon.
    pub(crate) fn is_wanted(&self) -> bool {
        // Ordering: SeqCst, before the ring, as for the root: a driver that is
        // about to sleep looks here and then goes to its doorbell.
        self.wanted.load(SeqCst) == 1
    }

    /// The owner wants its seat, and waits for it. `ring` is called to end a
    /// sleep of whoever has it.
    pub(crate) fn come_back(&self, ring: impl FnOnce()) {
        // Ordering: as in `is_wanted`.
        self.wanted.store(1, SeqCst);
        let mut state = lock(&self.state);
        if state.driver == DrivenBy::Substitute {
            drop(state);
            ring();
            state = lock(&self.state);
        }
        while state.driver != DrivenBy::Vacant {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.driver = DrivenBy::Owner;
        // Ordering: as in `is_wanted`; under the lock, so no later leave is
        // mistaken for this one's.
        self.wanted.store(0, SeqCst);
    }
}
