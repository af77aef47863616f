//! How a worker is woken from its sleep.
//!
//! | the word   | says                                                       |
//! |------------|------------------------------------------------------------|
//! | `AWAKE`    | the worker is up                                           |
//! | `AT_DOOR`  | it sleeps at its door, or is about to: a ring ends that    |
//! | `ON_WATCH` | it sleeps on the reactor, which must be rung as well       |
//! | `RUNG`     | somebody rang; the next sleep is none                      |
//!
//! Ringing costs a system call only when the worker sleeps.

use crate::primitives::{AtomicUsize, Condvar, Mutex, lock, wait_timeout};
use std::{
    sync::{
        PoisonError,
        atomic::Ordering::{AcqRel, Acquire},
    },
    time::Duration,
};

const AWAKE: usize = 0;
const AT_DOOR: usize = 1;
const ON_WATCH: usize = 2;
const RUNG: usize = 3;

pub(crate) struct Parker {
    word: AtomicUsize,
    /// Held between the look at the word and the sleep at the door.
    door: Mutex<()>,
    rung: Condvar,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicUsize::new(AWAKE),
            door: Mutex::new(()),
            rung: Condvar::new(),
        }
    }

    /// True if the worker sleeps on the reactor, which has to be rung too.
    #[must_use]
    pub(crate) fn ring(&self) -> bool {
        // Ordering: Release shows the worker why it was rung for; Acquire
        // orders the loud ring after its decision to sleep.
        let was = self.word.swap(RUNG, AcqRel);
        if was == AT_DOOR {
            // It has not looked at the word yet, or it sleeps.
            drop(lock(&self.door));
            self.rung.notify_one();
        }
        was == ON_WATCH
    }

    /// The worker is about to sleep at its door: by [`sleep`](Self::sleep).
    /// False if somebody rang: it must not.
    #[must_use]
    pub(crate) fn prepare_park(&self) -> bool {
        self.leave_for(AT_DOOR)
    }

    /// The worker is about to sleep on the reactor. False if somebody rang.
    #[must_use]
    pub(crate) fn prepare_drive(&self) -> bool {
        self.leave_for(ON_WATCH)
    }

    fn leave_for(&self, place: usize) -> bool {
        // Ordering: Acquire, on failure, takes what the one who rang shows;
        // Release is for who rings next.
        let left = self.word.compare_exchange(AWAKE, place, AcqRel, Acquire);
        left.is_ok()
    }

    /// Sleeps at the door until somebody rings, or for so long. False if nobody
    /// has rung.
    pub(crate) fn sleep(&self, limit: Option<Duration>) -> bool {
        let mut door = lock(&self.door);
        // Ordering: Acquire takes what the one who rang shows.
        while self.word.load(Acquire) == AT_DOOR {
            let Some(limit) = limit else {
                let woken = self.rung.wait(door);
                door = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (again, is_up) = wait_timeout(&self.rung, door, limit);
            if is_up {
                return self.word.load(Acquire) != AT_DOOR;
            }
            door = again;
        }
        true
    }

    /// The worker is up again, for whatever reason.
    pub(crate) fn unparked(&self) {
        // Ordering: Acquire takes what the one who rang shows.
        self.word.swap(AWAKE, AcqRel);
    }
}
