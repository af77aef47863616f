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
//! - `join_set`: what the one who spawned many holds.
//! - `local`: values that go with a task.
//! - `coop`: what a task that is always ready owes the others.
//! - `origin`: what the inspector tells of a task.
//! - `output`: outputs that nobody collects.
//! - `recycle`: the memory of tasks that have ended.

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
mod joiner;
mod local;
mod origin;
mod output;
mod rank;
mod recycle;
mod state;
mod waker;
mod yield_now;

#[cfg(all(test, loom))]
mod models;

pub use abort_on_drop::AbortOnDropHandle;
pub use builder::Builder;
pub use coop::{consume_budget, unconstrained};
pub use error::JoinError;
pub use id::Id;
pub use join::{AbortHandle, JoinHandle};
pub use join_set::JoinSet;
pub use local::{AccessError, LocalKey, TaskLocalFuture};
pub use yield_now::{YieldNow, yield_now};

pub use crate::{
    blocking::spawn_blocking,
    executor::{multi_thread::block_in_place, spawn, spawn_local},
};

/// Futures that are named, by tokio's path.
pub mod futures {
    pub use super::TaskLocalFuture;
}

pub(crate) use header::{Header, Schedule, Task, UNLISTED};
pub(crate) use state::{Pause, Start, State, Wake};
pub(crate) use waker::{borrowed, is_a_task};
