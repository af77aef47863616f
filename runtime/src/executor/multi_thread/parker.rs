//! Parking and waking one worker.
//!
//! | the word           | meaning                                                  |
//! |--------------------|----------------------------------------------------------|
//! | `RUNNING`          | the worker runs                                          |
//! | `PARKED_CONDVAR`   | it waits on the condition variable, or is about to       |
//! | `PARKED_DRIVER`    | it waits in the reactor, or is about to                  |
//! | `NOTIFIED`         | it was unparked: the next attempt to park fails          |
//!
//! ```text
//!                  1                             2
//!     RUNNING ───────────▶ PARKED_CONDVAR ──────────────▶ NOTIFIED
//!       ▲  │  └──────────▶ PARKED_DRIVER  ──────────────▶    ▲  │
//!       │  └────────────────────── 3 ────────────────────────┘  │
//!       └───────────────────────── 4 ──────────────────────────┘
//! ```
//!
//! 1. [`Parker::prepare_park`] and [`Parker::prepare_park_on_driver`]. They fail in
//!    `NOTIFIED`.
//! 2. [`Parker::unpark`]: costs a system call, because the worker may wait.
//! 3. [`Parker::unpark`] of a worker that runs.
//! 4. [`Parker::reset`], from any state.

use crate::primitives::{AtomicUsize, Condvar, Mutex, lock, wait_timeout};
use std::{
    sync::{
        PoisonError,
        atomic::Ordering::{AcqRel, Acquire},
    },
    time::Duration,
};

const RUNNING: usize = 0;
const PARKED_CONDVAR: usize = 1;
const PARKED_DRIVER: usize = 2;
const NOTIFIED: usize = 3;

pub(crate) struct Parker {
    word: AtomicUsize,
    /// Held between the look at the word and the wait.
    mutex: Mutex<()>,
    condvar: Condvar,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicUsize::new(RUNNING),
            mutex: Mutex::new(()),
            condvar: Condvar::new(),
        }
    }

    /// Wakes the worker. True if it is parked on the driver: the caller must unpark the
    /// reactor too.
    #[must_use]
    pub(crate) fn unpark(&self) -> bool {
        // Release pairs with the Acquire in `park`, `reset` and a failed `prepare`: the
        // worker sees the reason. Acquire pairs with the Release in `prepare`: the system
        // call that wakes the worker comes after its decision to park.
        let was = self.word.swap(NOTIFIED, AcqRel);
        if was == PARKED_CONDVAR {
            // With the lock, the worker has not looked at the word yet, or it waits.
            drop(lock(&self.mutex));
            self.condvar.notify_one();
        }
        was == PARKED_DRIVER
    }

    /// The worker will call [`park`](Self::park). False if it was unparked: it must not.
    #[must_use]
    pub(crate) fn prepare_park(&self) -> bool {
        self.prepare(PARKED_CONDVAR)
    }

    /// The worker will wait in the reactor. False if it was unparked: it must not.
    #[must_use]
    pub(crate) fn prepare_park_on_driver(&self) -> bool {
        self.prepare(PARKED_DRIVER)
    }

    fn prepare(&self, parked: usize) -> bool {
        // Release and, on failure, Acquire pair with the swap in `unpark`.
        let prepared = self.word.compare_exchange(RUNNING, parked, AcqRel, Acquire);
        prepared.is_ok()
    }

    /// Waits on the condition variable until [`unpark`](Self::unpark), or for `timeout`.
    /// False if the time has passed without one.
    pub(crate) fn park(&self, timeout: Option<Duration>) -> bool {
        let mut guard = lock(&self.mutex);
        // Acquire pairs with the Release in `unpark`, here and below.
        while self.word.load(Acquire) == PARKED_CONDVAR {
            let Some(timeout) = timeout else {
                let woken = self.condvar.wait(guard);
                guard = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (again, timed_out) = wait_timeout(&self.condvar, guard, timeout);
            if timed_out {
                return self.word.load(Acquire) != PARKED_CONDVAR;
            }
            guard = again;
        }
        true
    }

    /// The worker runs again.
    pub(crate) fn reset(&self) {
        // Acquire pairs with the Release in `unpark`.
        self.word.swap(RUNNING, AcqRel);
    }
}
