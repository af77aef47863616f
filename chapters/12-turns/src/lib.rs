// ANCHOR: modules
//! Chapter 12: tasks that take turns.
//!
//! [`yield_now`] lets everything else run first. A [`cooperative`] leaf does the same when
//! the budget of its task is spent. [`spawn_blocking`] moves work that blocks or computes
//! to the threads of a [`Pool`]. The [`Runtime`] puts them together.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod budget;
mod defer;
mod pool;
mod primitives;
mod runtime;

pub use budget::{BUDGET, Cooperative, cooperative};
pub use defer::{defer, yield_now};
pub use pool::{Blocking, Entered, Pool, read_file, spawn_blocking};
pub use runtime::{Runtime, spawn};

/// The parts of earlier chapters that the programs of this chapter use.
pub use {
    channels::mpsc,
    executor::{Executor, JoinError, JoinHandle},
    timers::{Clock, interval, sleep},
};
// ANCHOR_END: modules
