// ANCHOR: rooms
//! Chapter 01: waiting for many at once.
//!
//! One protocol is served twice. [`serve`] is the conversation with one meter
//! as a blocking function; [`threads::run`] calls it on a thread for each.
//! [`Machine`] is the same conversation turned inside out; [`EventLoop`] holds
//! one for each meter and runs them all on one thread.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod event_loop;
mod line;
mod machine;
mod message;
mod serve;
pub mod threads;

pub use event_loop::EventLoop;
pub use line::{Line, TcpLine};
pub use machine::{Machine, State};
pub use message::{End, MAX, Message};
pub use serve::serve;
// ANCHOR_END: rooms

// ANCHOR: rules
use std::time::Duration;

/// How long is too long.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A message that has begun must be complete after this time.
    pub deadline: Duration,
    /// After so much silence the other side is asked whether it is there, and
    /// after as much again it is given up.
    pub heartbeat: Duration,
}
// ANCHOR_END: rules
