//! Servers under load.
//!
//! The server is a process of its own: this program, started again. So its
//! processor time, its memory and its descriptors are its own, and the load
//! that the parent makes is the same for all.

pub mod load;
mod protocol;
mod server;
pub mod wrk;

pub use protocol::{CAPACITY, Protocol, RESPONSE, compute};
pub use server::{COMMAND, Server, run};
