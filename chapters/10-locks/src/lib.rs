// ANCHOR: modules
//! Chapter 10, second page: what is lost when a future is dropped between two polls.
//!
//! [`Mutex`] is a lock for tasks. A task may hold it across an await.

#![warn(missing_docs)]

mod mutex;

/// The first page's channels and semaphore, and chapter 07's executor.
pub use channels::{Executor, Semaphore, mpsc, oneshot};
pub use mutex::{Guard, Mutex};
/// Chapter 05's combinator that drops the future that loses.
pub use pinning::{Either, Notify, race};
// ANCHOR_END: modules
