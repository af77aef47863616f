// ANCHOR: modules
//! Chapter 01: waiting for many meters at once.
//!
//! The crate serves one protocol twice. [`serve`] is the conversation with one
//! meter as a blocking function, and [`threads::run`] calls it on one thread
//! for each connection. [`Machine`] is the same conversation as a state
//! machine, and [`EventLoop`] runs all machines on one thread.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod event_loop;
mod line;
mod machine;
mod message;
mod serve;
pub mod threads;

/// The version of mio that this crate uses.
pub use mio;

pub use event_loop::EventLoop;
pub use line::{Line, TcpLine};
pub use machine::{Machine, State};
pub use message::{End, MAX, Message};
pub use serve::serve;
// ANCHOR_END: modules

// ANCHOR: rules
use std::time::Duration;

/// How long the server waits.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A message must be complete this long after its first byte.
    pub deadline: Duration,
    /// A meter that is silent this long gets a ping. If it stays silent for the
    /// same time once more, the server disconnects it.
    pub heartbeat: Duration,
}
// ANCHOR_END: rules
