// ANCHOR: modules
//! Chapter 09, second page: tasks that wait for time.
//!
//! [`sleep`], [`timeout`] and [`interval`] use the [`Timers`] that are current on their
//! thread. A [`Clock`] is the real one, or one that a test moves.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod clock;
mod interval;
mod sleep;
mod timeout;
mod timers;

pub use clock::Clock;
pub use interval::{Interval, Missed, interval, interval_at};
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Elapsed, timeout};
pub use timers::{Entered, Timers};
// ANCHOR_END: modules
