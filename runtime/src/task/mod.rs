//! Tasks: futures that the runtime runs, each in one allocation.
//!
//! - `state`: the state word, its phases and its transitions.
//! - `header`: the part of a task that does not depend on its future, and `Task`, a
//!   counted reference.
//! - `cell`: the allocation, and the functions that poll and drop the future.
//! - `waker`: a task as a [`std::task::Waker`].
//! - `join`: [`JoinHandle`] and [`AbortHandle`]. `join_waker` is the waker of the
//!   task that awaits a handle.
//! - `abort_on_drop`: a handle that aborts its task when it is dropped.
//! - `join_set`: tasks whose outputs are collected together.
//! - `tracker`: tasks whose end is awaited, without their outputs.
//! - `local`: values that belong to a task.
//! - `coop`: the budget that makes a task give way.
//! - `id`: task ids, and the task that runs on this thread.
//! - `builder`, `rank`: spawning with a name or a rank.
//! - `origin`: what the inspector shows of a task.
//! - `output`: drops outputs that no handle takes.
//! - `recycle`: free lists for the memory of tasks.

mod abort_on_drop;
mod builder;
mod cell;
pub mod coop;
mod error;
#[cfg(all(any(test, fuzzing), not(loom)))]
pub(crate) mod fuzz;
mod header;
mod id;
mod join;
mod join_set;
mod join_waker;
mod local;
mod origin;
mod output;
mod rank;
mod recycle;
mod state;
mod tracker;
mod waker;
mod yield_now;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub use abort_on_drop::AbortOnDropHandle;
pub use builder::Builder;
pub use coop::{Unconstrained, consume_budget, unconstrained};
pub use error::JoinError;
pub use id::{Id, id, try_id};
pub use join::{AbortHandle, JoinHandle};
pub use join_set::JoinSet;
pub use local::{AccessError, LocalKey, TaskLocalFuture};
pub use tracker::TaskTracker;
pub use yield_now::{YieldNow, yield_now};

pub use crate::{
    blocking::spawn_blocking,
    executor::{multi_thread::block_in_place, spawn, spawn_local},
};

/// The named futures of this module, under tokio's path.
pub mod futures {
    pub use super::TaskLocalFuture;
}

/// The futures and tokens of [`TaskTracker`], under tokio-util's path.
pub mod task_tracker {
    pub use super::tracker::{TaskTracker, TaskTrackerToken, TaskTrackerWaitFuture, TrackedFuture};
}

pub(crate) use header::{Header, Schedule, Task, UNBOUND};
pub(crate) use state::{StateWord, TransitionToIdle, TransitionToRunning, TransitionToScheduled};
pub(crate) use waker::{is_task_waker, waker_ref};
