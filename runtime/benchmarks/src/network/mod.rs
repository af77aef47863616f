//! Servers under load.
//!
//! The server runs in another process, which is this program again. So its
//! processor time, memory and descriptors are separate from those of the load,
//! and the load is the same for every server.

pub mod load;
mod protocol;
mod server;
pub mod wrk;

pub use protocol::{CAPACITY, Protocol, RESPONSE, compute};
pub use server::{COMMAND, Server, run};

/// What a load measured.
#[derive(Debug, PartialEq)]
pub struct Report {
    pub requests: u64,
    /// The 99th percentile of the latency, in microseconds.
    pub p99: f64,
}
