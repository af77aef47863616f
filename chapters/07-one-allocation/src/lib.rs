// ANCHOR: modules
//! Chapter 07, second page: the executor of the first page, with one allocation for
//! each task.
//!
//! [`Executor`] and [`JoinHandle`] keep the promises of those in the crate `executor`.

#![warn(missing_docs)]

mod cell;
mod executor;
mod header;
mod join;

/// Why a task has no output: the type of the first page.
pub use ::executor::JoinError;
pub use executor::Executor;
pub use join::JoinHandle;
// ANCHOR_END: modules
