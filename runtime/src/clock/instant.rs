//! A moment on the runtime's clock.

use std::{
    ops::{Add, AddAssign, Sub, SubAssign},
    time::Duration,
};

/// A moment, like [`std::time::Instant`]. [`now`](Self::now) asks the runtime's
/// clock, so it stands still while that clock is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(std::time::Instant);

impl Instant {
    /// Converts to `std`'s type. If the clock was paused and advanced, the
    /// result may be later than [`std::time::Instant::now`].
    pub fn into_std(self) -> std::time::Instant {
        self.0
    }

    /// Converts from `std`'s type.
    pub fn from_std(instant: std::time::Instant) -> Self {
        Self(instant)
    }

    /// The time from `earlier` to this moment, or zero if `earlier` is later.
    pub fn duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time from `earlier` to this moment, or zero if `earlier` is later.
    /// [`duration_since`](Self::duration_since) does the same.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }

    /// The time from `earlier` to this moment, or `None` if `earlier` is later.
    pub fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// The moment `duration` later, or `None` if the type cannot hold it.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// The moment `duration` earlier, or `None` if the type cannot hold it.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }

    /// The moment `duration` later. If the type cannot hold it, the moment
    /// thirty years later, which no program waits for.
    pub(crate) fn later(self, duration: Duration) -> Self {
        let far = Duration::from_hours(30 * 365 * 24);
        self.checked_add(duration).unwrap_or_else(|| self + far)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        // Panics as `std` does if the type cannot hold the result.
        #[expect(
            clippy::unchecked_time_subtraction,
            reason = "the same contract as `std`"
        )]
        Self(self.0 - duration)
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }
}

impl From<std::time::Instant> for Instant {
    fn from(instant: std::time::Instant) -> Self {
        Self(instant)
    }
}

impl From<Instant> for std::time::Instant {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}
