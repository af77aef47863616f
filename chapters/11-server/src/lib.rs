// ANCHOR: modules
//! Chapter 11: a meter server that can run for years.
//!
//! [`Server::run`] serves meters until it is told to stop, or until it cannot go on. It
//! gives each meter deadlines, and it treats each kind of [`Error`] in its own way.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod connection;
mod conversation;
#[cfg(unix)]
mod ctrl_c;
mod error;
mod metrics;
mod runtime;
mod server;
mod signal;
mod totals;

#[cfg(unix)]
pub use ctrl_c::ctrl_c;
pub use error::{Error, Reaction};
pub use metrics::Metrics;
pub use server::{Limits, Listeners, Server};
pub use signal::Signal;
// ANCHOR_END: modules
