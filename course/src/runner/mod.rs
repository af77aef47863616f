//! Builds an exercise, runs its tests and says what came of it.
//!
//! Two steps: cargo builds the test without running it, as long as that takes;
//! then each named test runs in a process of its own, under limits of time and
//! output. So a test that hangs, overflows its stack or prints without end is
//! killed by name, and says nothing about the others.
//!
//! Everything here is async, on `wakeful`'s own processes and timers. **Dropping
//! a future cancels it**: whatever it started is killed with all its children.

mod built;
pub(crate) mod cargo;
pub mod child;
mod error;
mod exercise;
pub(crate) mod libtest;
mod needs;
pub mod snippet;
mod verdict;

pub use error::RunError;
pub use exercise::{revision, run};
pub use needs::advice as needs_advice;
pub use verdict::{Outcome, TestResult, TestStatus, Verdict};

use std::time::Duration;

use crate::catalog::Exercise;

/// How much an exercise may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For all tests together. Once it is used up, each that is left still gets a second.
    pub test_time: Duration,
    /// For what one process prints, in bytes.
    pub output: usize,
    /// For what one process has in memory, in bytes, where the system can hold it to that (Linux).
    pub memory: u64,
    /// For cargo to build it.
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
