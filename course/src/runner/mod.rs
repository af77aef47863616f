//! Builds an exercise, runs its tests and returns a verdict.
//!
//! There are two steps. First, cargo builds the test without running it. Then each named test runs
//! in its own process, with limits for time and output. So a test that hangs, overflows its stack
//! or prints forever is killed by name, and the other tests still run.
//!
//! Everything here is async, on the processes and timers of `wakeful`. **Dropping a future cancels
//! it**: it kills the process and all processes that this process started.

mod built;
pub(crate) mod cargo;
pub mod child;
mod error;
mod exercise;
pub(crate) mod libtest;
mod manifest;
pub mod snippet;
mod verdict;

pub use error::RunError;
pub use exercise::{revision, run};
pub use verdict::{Outcome, TestResult, TestStatus, Verdict};

use std::time::Duration;

/// The limits of an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The time for all tests together. After it is used up, each remaining test still gets one
    /// second.
    pub test_time: Duration,
    /// The output of one process, in bytes.
    pub output: usize,
    /// The memory of one process, in bytes. Only Linux enforces this limit.
    pub memory: u64,
    /// The time for the build.
    pub build_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            test_time: Duration::from_secs(10),
            output: 1 << 20,
            memory: 4 << 30,
            build_time: Duration::from_mins(10),
        }
    }
}
