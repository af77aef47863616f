//! Tasks: futures that have been handed to the runtime, each in one
//! allocation.
//!
//! - `state`: one word that says whose the task is, with its transitions.
//! - `header`: what every task has, and a counted reference to it.
//! - `cell`: the allocation, and what is done with the future in it.
//! - `waker`: a task as a [`std::task::Waker`].
//! - `join`: what the one who spawned holds; `joiner`: the waker of the one
//!   who waits there.
//! - `abort_on_drop`: what the one holds whose task is to go along.
//! - `local`: values that go with a task.
//! - `coop`: what a task that is always ready owes the others.
//! - `output`: outputs that nobody collects.
//! - `recycle`: the memory of tasks that have ended.

mod abort_on_drop;
mod cell;
pub mod coop;
mod error;
#[cfg(all(any(test, fuzzing), not(loom)))]
pub(crate) mod fuzz;
mod header;
mod join;
mod join_waker;
mod local;
mod output;
mod recycle;
mod state;
mod waker;
mod yield_now;

#[cfg(all(test, loom))]
mod models;

pub use abort_on_drop::AbortOnDropHandle;
pub use coop::{consume_budget, unconstrained};
pub use error::JoinError;
pub use join::{AbortHandle, JoinHandle};
pub use local::{AccessError, LocalKey, TaskLocalFuture};
pub use yield_now::{YieldNow, yield_now};

pub use crate::id::Id;

// For users, by their public paths: these live in higher layers.
pub use crate::{
    executor::multi_thread::block_in_place,
    group::join_set::JoinSet,
    runtime::{
        spawn::{spawn, spawn_blocking, spawn_local},
        task_builder::Builder,
    },
};

/// Futures that are named, by tokio's path.
pub mod futures {
    pub use super::TaskLocalFuture;
}

pub(crate) use header::{Header, Schedule, Task, UNBOUND};
pub(crate) use output::while_blocking;
pub(crate) use state::{StateWord, TransitionToIdle, TransitionToRunning, TransitionToScheduled};
pub(crate) use waker::{is_task_waker, waker_ref};
