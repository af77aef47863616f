//! A moment on the runtime's clock.

use crate::{executor::context, primitives::now};
use std::{
    ops::{Add, AddAssign, Sub, SubAssign},
    time::Duration,
};

/// A moment, like [`std::time::Instant`], but `now` is what the runtime's
/// clock says: on a paused clock it stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(std::time::Instant);

impl Instant {
    /// The time on the clock of this thread's runtime, or the system's outside
    /// one.
    pub fn now() -> Self {
        context::with(|core| core.map(|core| core.handle().timers().clock().now()))
            .unwrap_or_else(|| Self(now()))
    }

    /// The same moment for `std`. On a paused clock it may lie in the future.
    pub fn into_std(self) -> std::time::Instant {
        self.0
    }

    /// The same moment, as `std` has it.
    pub fn from_std(instant: std::time::Instant) -> Self {
        Self(instant)
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The same as [`duration_since`](Self::duration_since), by `std`'s name for
    /// it.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }

    /// How long after `earlier` this is; `None` if it is before.
    pub fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// How long ago this was; zero if it lies ahead.
    pub fn elapsed(self) -> Duration {
        Self::now().duration_since(self)
    }

    /// The moment `duration` later, if there is one.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// The moment `duration` earlier, if there is one.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }

    /// The moment `duration` from now, or one so far away that nobody will
    /// know the difference.
    pub(super) fn after(duration: Duration) -> Self {
        Self::now().later(duration)
    }

    /// As [`after`](Self::after), from this moment.
    pub(super) fn later(self, duration: Duration) -> Self {
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
        // Panics like `std`'s, where there is no such moment.
        #[expect(clippy::unchecked_time_subtraction, reason = "that of `std`")]
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
