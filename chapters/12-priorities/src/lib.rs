// ANCHOR: modules
//! Chapter 12, second page: the most urgent task runs first.
//!
//! A [`Rank`] is a priority and a deadline. A [`Scheduler`] runs one woken task at a time,
//! the one with the greatest rank. Tasks give their rank to the tasks that they
//! [`spawn`]. A [`Lock`] lends the rank of a waiting task to the task that has the lock.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod lock;
mod rank;
mod scheduler;
mod task;

pub use lock::{Guard, Lock};
pub use rank::Rank;
pub use scheduler::Scheduler;
pub use task::{Policy, rank, set_policy, set_rank, spawn};

/// The parts of earlier chapters that the programs of this page use.
pub use turns::{Clock, Runtime, interval, sleep, yield_now};
// ANCHOR_END: modules
