//! Tasks: futures that the runtime runs, each in one allocation.
//!
//! - `state`: the state word, its phases and its transitions.
//! - `header`: the part of a task that does not depend on its future, and `Task`, a
//!   counted reference.
//! - `cell`: the allocation, and the functions that poll and drop the future.
//! - `waker`: a task as a [`std::task::Waker`].
//! - `join`: [`JoinHandle`] and [`AbortHandle`].
//! - `packed_waker`: a waker in one word, such as that of the task that awaits a handle.
//! - `abort_on_drop`: a handle that aborts its task when it is dropped.
//! - `local`: values that belong to a task.
//! - `coop`: the budget that makes a task yield.
//! - `output`: drops outputs that no handle takes.
//! - `payloads`: what the panics of tasks carry.
//! - `recycle`: free lists for the memory of tasks.
//!
//! [`JoinSet`] and [`TaskTracker`] are in the module `group`, and [`Builder`] is in
//! `runtime`.

mod abort_on_drop;
mod cell;
pub mod coop;
mod error;
#[cfg(all(any(test, fuzzing), not(loom)))]
pub(crate) mod fuzz;
mod header;
mod join;
mod local;
mod output;
mod packed_waker;
mod payloads;
mod recycle;
mod state;
mod waker;
mod yield_now;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub use abort_on_drop::AbortOnDropHandle;
pub use coop::{Unconstrained, consume_budget, unconstrained};
pub use error::JoinError;
pub use join::{AbortHandle, JoinHandle};
pub use local::{AccessError, LocalKey, TaskLocalFuture};
pub use yield_now::{YieldNow, yield_now};

pub use crate::id::{Id, id, try_id};

// These are in higher layers. Users find them here.
pub use crate::{
    executor::multi_thread::block_in_place,
    group::{join_set::JoinSet, tracker::TaskTracker},
    runtime::{
        spawn::{spawn, spawn_blocking, spawn_local},
        task_builder::Builder,
    },
};

/// The named futures of this module, under tokio's path.
pub mod futures {
    pub use super::TaskLocalFuture;
}

/// [`JoinSet`] and its builder, at tokio's path.
pub mod join_set {
    pub use crate::group::join_set::{Builder, JoinSet};
}

/// The futures and tokens of [`TaskTracker`], under tokio-util's path.
pub mod task_tracker {
    pub use crate::group::tracker::{
        TaskTracker, TaskTrackerToken, TaskTrackerWaitFuture, TrackedFuture,
    };
}

pub(crate) use header::{Header, NO_KEY, Schedule, Task};
pub(crate) use output::{SuspendDeferredDrops, is_dropping_output};
pub(crate) use packed_waker::PackedWaker;
pub(crate) use state::{StateWord, TransitionToIdle, TransitionToRunning, TransitionToScheduled};
pub(crate) use waker::{is_task_waker, waker_ref};
