// ANCHOR: modules
//! Chapter 10: tasks that send messages to each other.
//!
//! [`oneshot`] carries one value. [`mpsc`] carries many, and its senders wait when the
//! channel is full. Both work between the tasks of one executor and between threads. The
//! waiting senders are in the list of a [`Semaphore`], which is also useful by itself.

#![warn(missing_docs)]

mod lock;
pub mod mpsc;
pub mod oneshot;
mod semaphore;
mod wait_list;

/// Chapter 07's executor.
pub use executor::{Executor, JoinError, JoinHandle, Spawner};
pub use semaphore::{Acquire, Closed, Semaphore, SemaphorePermit};
// ANCHOR_END: modules
