// ANCHOR: modules
//! Chapter 06: what happens between a wake and the next poll.
//!
//! A [`Parker`] puts a thread to sleep, [`waker`] makes wakers for it, and
//! [`block_on`] uses both to run one future. [`AtomicWaker`] stores the waker of
//! a waiting task, and [`Flag`] is something to wait for.

#![warn(missing_docs)]

mod atomic_waker;
mod block_on;
mod flag;
mod parker;
mod primitives;
mod waker;

pub use atomic_waker::AtomicWaker;
pub use block_on::block_on;
pub use flag::{Flag, Wait};
pub use parker::Parker;
pub use waker::{WakerRef, waker, waker_ref};
// ANCHOR_END: modules
