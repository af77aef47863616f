//! Time: [`sleep`], [`timeout`], [`interval`], and a clock that tests can
//! pause.
//!
//! A timer never fires early. Timers fire on ticks of 65.5 µs, and on Linux the
//! runtime wakes that precisely. Other kernels count timeouts in milliseconds
//! or worse. On a busy thread a timer fires when the executor next polls the
//! driver.
//!
//! Inside: `clock` is the clock, `wheel` is the data structure that finds the
//! next deadline, and `timers` puts the wheel behind a lock and wakes tasks. A
//! [`Sleep`] owns one entry of the wheel. `timeout` and `interval` are built
//! from sleeps.

mod instant;
mod interval;
mod pause;
mod sleep;
mod timeout;

#[cfg(all(test, not(loom)))]
mod tests;

pub use instant::Instant;
pub use interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use pause::{advance, pause, resume};
pub use sleep::{Sleep, sleep, sleep_until};
pub use std::time::Duration;
pub use timeout::{Timeout, timeout, timeout_at};

/// The errors of this module.
pub mod error {
    pub use super::timeout::Elapsed;
}
