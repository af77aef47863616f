// ANCHOR: modules
//! Chapter 08: tasks that wait for sockets.
//!
//! A [`Reactor`] waits for the events of many sockets at once, and wakes the tasks
//! that wait for them. A [`Registered`] is a socket that a reactor watches. A
//! [`Runtime`] is an executor that sleeps in a reactor.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod reactor;
mod registered;
mod runtime;
mod sleep;
mod source;

pub use reactor::{Entered, Reactor};
pub use registered::Registered;
pub use runtime::{Running, Runtime, spawn};
pub use sleep::Sleep;
pub use source::{Direction, SideState};

/// The version of mio that this crate uses.
pub use mio;
// ANCHOR_END: modules
