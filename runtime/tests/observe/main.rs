//! Views into a running runtime: hooks, metrics, and task dumps with the feature `taskdump`.
#![cfg(not(loom))]

mod hooks;
mod metrics;
#[path = "../pitfalls/support.rs"]
#[allow(dead_code, reason = "these tests need only a part of it")]
mod support;
#[cfg(feature = "taskdump")]
mod taskdump;
