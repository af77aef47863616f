//! The runtime's clock: the system's, or one that a test holds still.

use super::Instant;
use crate::primitives::now;
use std::{
    sync::atomic::{
        AtomicI64, AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
    time::Duration,
};

/// `frozen` when the clock runs.
const RUNNING: u64 = u64::MAX;

/// Nanoseconds since the runtime was made. 584 years fit.
pub(crate) struct Clock {
    start: std::time::Instant,
    frozen: AtomicU64,
    /// What earlier pauses put between the system's clock and this one.
    offset: AtomicI64,
}

// Ordering: Relaxed, but for the mark of a running clock. Only the runtime's
// thread pauses and advances; another thread that reads meanwhile gets the time
// before or after, as it would from any clock.
impl Clock {
    pub(crate) fn new(paused: bool) -> Self {
        Self {
            start: now(),
            frozen: AtomicU64::new(if paused { 0 } else { RUNNING }),
            offset: AtomicI64::new(0),
        }
    }

    pub(crate) fn nanos(&self) -> u64 {
        // Ordering: Acquire pairs with the Release in `resume`: a clock that runs
        // again does so with the offset of that pause.
        match self.frozen.load(Acquire) {
            RUNNING => self
                .elapsed()
                .saturating_add_signed(self.offset.load(Relaxed)),
            frozen => frozen,
        }
    }

    fn elapsed(&self) -> u64 {
        saturating_nanos(now().saturating_duration_since(self.start))
    }

    pub(crate) fn now(&self) -> Instant {
        if !self.is_paused() && self.offset.load(Relaxed) == 0 {
            // The same, without the way to nanoseconds and back: a fifth of
            // what a sleep costs that is set and dropped.
            return Instant::from_std(now());
        }
        self.instant(self.nanos())
    }

    pub(crate) fn instant(&self, nanos: u64) -> Instant {
        Instant::from_std(self.start + Duration::from_nanos(nanos))
    }

    /// The time of an instant on this clock; 0 for one before it started.
    pub(crate) fn nanos_of(&self, instant: Instant) -> u64 {
        saturating_nanos(instant.into_std().saturating_duration_since(self.start))
    }

    pub(crate) fn is_paused(&self) -> bool {
        // Ordering: Acquire, as in `nanos`; `now` reads the offset after this.
        self.frozen.load(Acquire) != RUNNING
    }

    pub(crate) fn pause(&self) {
        self.frozen.store(self.nanos(), Relaxed);
    }

    pub(crate) fn resume(&self) {
        if self.is_paused() {
            let offset = i128::from(self.nanos()) - i128::from(self.elapsed());
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            self.offset.store(offset, Relaxed);
            // Ordering: Release pairs with the Acquire in `nanos`.
            self.frozen.store(RUNNING, Release);
        }
    }

    /// Moves a paused clock forward; it does not go back.
    pub(crate) fn advance_to(&self, nanos: u64) {
        debug_assert!(self.is_paused());
        // The largest value is the mark of a running clock.
        self.frozen
            .store(nanos.max(self.nanos()).min(RUNNING - 1), Relaxed);
    }
}

pub(crate) fn saturating_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
