//! The settings of a runtime, and what a program can ask about it.
#![cfg(not(loom))]

mod identity;
mod panics;
mod scheduler;
mod seeds;
#[path = "../pitfalls/support.rs"]
#[allow(dead_code, reason = "these tests need only a part of it")]
mod support;
