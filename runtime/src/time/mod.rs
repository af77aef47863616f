//! Time: [`sleep`], [`timeout`], [`interval`], and a clock that tests can hold
//! still.
//!
//! Timers are never early. They fire on ticks of 65.5 µs, and on Linux the
//! runtime wakes that precisely; elsewhere the kernel counts its timeouts in
//! milliseconds or worse. On a busy thread a timer waits for its turn.

mod instant;
mod interval;
mod pause;
mod sleep;
mod timeout;

pub use instant::Instant;
pub use interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use pause::{advance, pause, resume};
pub use sleep::{Sleep, sleep, sleep_until};
pub use std::time::Duration;
pub use timeout::{Timeout, timeout, timeout_at};

/// What can go wrong with time.
pub mod error {
    pub use super::timeout::Elapsed;
}
