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
mod elsewhere;
mod error;
mod exercise;
mod leftovers;
pub(crate) mod libtest;
mod limits;
mod manifest;
mod needs;
pub mod program;
mod report;
pub mod snippet;
pub(crate) mod unfit;
mod verdict;

pub use error::RunError;
pub use exercise::{missing_work, revision, run};
pub use limits::Limits;
pub use verdict::{Outcome, TestResult, TestStatus, Verdict};
