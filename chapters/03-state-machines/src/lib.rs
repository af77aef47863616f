// ANCHOR: rooms
//! Chapter 03: what an `async fn` compiles to.
//!
//! One function is written three times: [`save`], by the compiler;
//! [`Save`], the same machine by hand; [`save_then`], as a chain of callbacks.
//! All three work on a [`Disk`] that writes down what is done to it, so that
//! they can be compared. [`shapes`] holds small functions whose futures are to
//! be measured.

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
// ANCHOR_END: rooms

// ANCHOR: poll
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Polls a future once, with a waker that wakes nobody.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
// ANCHOR_END: poll
