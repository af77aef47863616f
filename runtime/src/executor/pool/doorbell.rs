//! How a worker is woken from its sleep on the reactor.
//!
//! | the word | says                                              |
//! |----------|---------------------------------------------------|
//! | `AWAKE`  | the worker is up                                  |
//! | `ASLEEP` | it sleeps, or is about to: who rings must be loud |
//! | `RUNG`   | somebody rang; the next sleep is none             |
//!
//! Ringing costs a system call only when the worker sleeps.

use crate::primitives::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

const AWAKE: usize = 0;
const ASLEEP: usize = 1;
const RUNG: usize = 2;

pub(crate) struct Doorbell {
    word: AtomicUsize,
}

impl Doorbell {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicUsize::new(AWAKE),
        }
    }

    /// True if the worker sleeps: its reactor has to be rung too.
    #[must_use]
    pub(crate) fn ring(&self) -> bool {
        // Ordering: Release shows the worker why it was rung for; Acquire
        // orders the loud ring after its decision to sleep.
        self.word.swap(RUNG, AcqRel) == ASLEEP
    }

    /// The worker is about to sleep. False if somebody rang: it must not.
    #[must_use]
    pub(crate) fn lie_down(&self) -> bool {
        // Ordering: Acquire, on failure, takes what the one who rang shows;
        // Release is for who rings next.
        self.word
            .compare_exchange(AWAKE, ASLEEP, AcqRel, Acquire)
            .is_ok()
    }

    /// The worker is up again, for whatever reason.
    pub(crate) fn get_up(&self) {
        // Ordering: Acquire takes what the one who rang shows.
        self.word.swap(AWAKE, AcqRel);
    }
}
