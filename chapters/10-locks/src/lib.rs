// ANCHOR: modules
//! Chapter 10, second page: what is lost when a future is dropped between two polls.
//!
//! [`Mutex`] is a lock for tasks. A task may hold it across an await.

#![warn(missing_docs)]

mod mutex;

pub use mutex::{Guard, Mutex};
// ANCHOR_END: modules
