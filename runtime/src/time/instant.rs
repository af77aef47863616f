//! Reading the clock of this thread's runtime.

pub use crate::clock::Instant;

use crate::{executor::context, primitives::now};
use std::time::Duration;

impl Instant {
    /// The time on the clock of this thread's runtime. Outside a runtime, the
    /// time on the system's clock.
    pub fn now() -> Self {
        context::with(|core| core.map(|core| core.handle().timers().clock().now()))
            .unwrap_or_else(|| Self::from_std(now()))
    }

    /// The time from this moment to now, or zero if this moment is still to
    /// come.
    pub fn elapsed(self) -> Duration {
        Self::now().duration_since(self)
    }

    /// The moment `duration` from now. See [`later`](Self::later).
    pub(super) fn after(duration: Duration) -> Self {
        Self::now().later(duration)
    }
}
