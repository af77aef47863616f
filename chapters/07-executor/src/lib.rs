// ANCHOR: modules
//! Chapter 07: many tasks on one thread.
//!
//! An [`Executor`] polls the tasks that were woken, one after the other. A
//! [`Spawner`] adds tasks. A [`JoinHandle`] waits for the output of a task, and can
//! abort it.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod executor;
mod join;
mod primitives;
mod spawner;
mod wake;

pub use executor::Executor;
pub use join::{JoinError, JoinHandle, discard};
pub use spawner::Spawner;
// ANCHOR_END: modules
