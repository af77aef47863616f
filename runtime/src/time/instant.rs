//! Reading the clock of this thread's runtime.

pub use crate::clock::Instant;

use crate::executor::context;
use std::time::Duration;

impl Instant {
    /// The time on the clock of this thread's runtime, or the system's outside
    /// one.
    pub fn now() -> Self {
        context::with(|core| core.map(|core| core.handle().timers().clock().now()))
            .unwrap_or_else(|| Self::from_std(std::time::Instant::now()))
    }

    /// How long ago this was; zero if it lies ahead.
    pub fn elapsed(self) -> Duration {
        Self::now().duration_since(self)
    }

    /// The moment `duration` from now, or one so far away that nobody will
    /// know the difference.
    pub(super) fn after(duration: Duration) -> Self {
        Self::now().later(duration)
    }
}
