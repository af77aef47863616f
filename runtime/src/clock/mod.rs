//! The runtime's clock. It follows the system's clock until a test pauses it.

mod instant;

pub use instant::Instant;

use crate::primitives::now;
use std::{
    sync::atomic::{
        AtomicI64, AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
    time::Duration,
};

/// The value of `frozen` while the clock runs.
const RUNNING: u64 = u64::MAX;

/// Counts nanoseconds since the runtime was built. A `u64` holds 584 years of
/// them.
///
/// Only the runtime's own thread pauses, resumes and advances the clock. Other
/// threads only read it.
pub(crate) struct Clock {
    start: std::time::Instant,
    /// The time that a paused clock shows, or [`RUNNING`].
    frozen: AtomicU64,
    /// The difference between the system's clock and this one, caused by
    /// earlier pauses.
    offset: AtomicI64,
}

impl Clock {
    pub(crate) fn new(paused: bool) -> Self {
        Self {
            start: now(),
            frozen: AtomicU64::new(if paused { 0 } else { RUNNING }),
            offset: AtomicI64::new(0),
        }
    }

    pub(crate) fn nanos(&self) -> u64 {
        // Ordering: Acquire pairs with the Release store in `resume`, so a
        // thread that sees the clock running also sees the offset of that pause.
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
        // Ordering: Relaxed. `is_paused` did the Acquire load, which is
        // sequenced before this one.
        if !self.is_paused() && self.offset.load(Relaxed) == 0 {
            // This gives the same result without the conversion to nanoseconds
            // and back, which is a fifth of the cost of a sleep that is set
            // and dropped.
            return Instant::from_std(now());
        }
        self.instant(self.nanos())
    }

    pub(crate) fn instant(&self, nanos: u64) -> Instant {
        Instant::from_std(self.start + Duration::from_nanos(nanos))
    }

    /// The time of `instant` on this clock, or 0 if the clock started later.
    pub(crate) fn nanos_of(&self, instant: Instant) -> u64 {
        saturating_nanos(instant.into_std().saturating_duration_since(self.start))
    }

    pub(crate) fn is_paused(&self) -> bool {
        // Ordering: Acquire pairs with the Release store in `resume`, because
        // `now` reads the offset next.
        self.frozen.load(Acquire) != RUNNING
    }

    /// Stops the clock. Returns false if it was paused already.
    #[must_use]
    pub(crate) fn pause(&self) -> bool {
        let pauses = !self.is_paused();
        if pauses {
            // Ordering: Relaxed. This word alone holds the time of a paused clock.
            self.frozen.store(self.nanos(), Relaxed);
        }
        pauses
    }

    /// Lets the clock run again. Returns false if it was running.
    #[must_use]
    pub(crate) fn resume(&self) -> bool {
        let resumes = self.is_paused();
        if resumes {
            let offset = i128::from(self.nanos()) - i128::from(self.elapsed());
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            self.offset.store(offset, Relaxed);
            // Ordering: Release pairs with the Acquire loads in `nanos` and
            // `is_paused`, which read the offset after this word.
            self.frozen.store(RUNNING, Release);
        }
        resumes
    }

    /// Moves a paused clock forward, never back.
    pub(crate) fn advance_to(&self, nanos: u64) {
        debug_assert!(self.is_paused());
        // The largest value marks a running clock. Ordering: Relaxed, as in
        // `pause`.
        self.frozen
            .store(nanos.max(self.nanos()).min(RUNNING - 1), Relaxed);
    }
}

pub(crate) fn saturating_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
