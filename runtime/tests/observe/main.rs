//! Looking inside a running runtime: hooks, metrics and, with the feature,
//! traces.
#![cfg(not(loom))]

mod hooks;
mod metrics;
#[path = "../traps/support.rs"]
#[allow(dead_code, reason = "this needs less of it than the traps do")]
mod support;
#[cfg(feature = "trace")]
mod trace;
