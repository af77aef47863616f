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
mod changed;
pub mod child;
mod error;
mod exercise;
mod leftovers;
pub(crate) mod libtest;
mod manifest;
mod needs;
pub mod program;
mod report;
pub mod snippet;
pub(crate) mod unfit;
mod verdict;

pub use error::RunError;
pub use exercise::{revision, run};
pub use verdict::{Outcome, TestResult, TestStatus, Verdict};

use std::time::Duration;

use crate::catalog::Exercise;

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

impl Limits {
    /// The same, with the time that this exercise's tests need if that is more.
    #[must_use]
    pub fn for_exercise(self, exercise: &Exercise) -> Self {
        let seconds = exercise.settings.seconds.unwrap_or(0);
        Self {
            test_time: self.test_time.max(Duration::from_secs(seconds)),
            ..self
        }
    }
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
