// ANCHOR: modules
//! Chapter 08, second page: TCP sockets for tasks, and the server of chapter 01.
//!
//! [`TcpListener`] and [`TcpStream`] belong to the current reactor of their thread.
//! [`serve`] is the conversation with one meter as an `async fn`, and [`run`] spawns
//! a task with it for each connection.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod line;
mod listener;
mod serve;
mod server;
mod stream;

pub use line::Line;
pub use listener::TcpListener;
pub use serve::serve;
pub use server::{pause, run};
pub use stream::TcpStream;

/// The crates that a program on these sockets needs, too.
pub use {futures_util, reactor, waiting};
// ANCHOR_END: modules
