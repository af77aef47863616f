// ANCHOR: modules
//! Chapter 03: what an `async fn` compiles to.
//!
//! One function exists in three forms. [`save`] is an `async fn`, [`Save`] is
//! the same machine written by hand, and [`save_then`] is a chain of callbacks.
//! All three work on a [`Disk`] that keeps a diary, so they can be compared.
//! [`shapes`] has small async functions for measuring their futures.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod by_hand;
mod callbacks;
mod disk;
mod save;
pub mod shapes;

pub use by_hand::Save;
pub use callbacks::save_then;
pub use disk::{Disk, Draft, Full, Lock, Request};
pub use save::save;
// ANCHOR_END: modules

// ANCHOR: poll
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Polls a future once, with a waker that does nothing.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
// ANCHOR_END: poll
