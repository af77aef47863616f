// ANCHOR: modules
//! Chapter 09, second page: tasks that wait for time.
//!
//! [`sleep`], [`timeout`] and [`interval`] use the [`Timers`] that are current on their
//! thread. A [`Clock`] is the real one, or one that a test moves. A [`Runtime`] runs
//! tasks that wait for sockets and for time.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod clock;
mod interval;
mod runtime;
mod sleep;
mod timeout;
#[cfg(target_os = "linux")]
mod timer_fd;
mod timers;

pub use clock::Clock;
pub use interval::{Interval, Missed, interval, interval_at};
pub use runtime::Runtime;
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Elapsed, timeout};
#[cfg(target_os = "linux")]
pub(crate) use timer_fd::TimerFd;
pub use timers::{Entered, Timers};

/// Adds a task to the runtime that is running on this thread.
pub use reactor::spawn;
// ANCHOR_END: modules
