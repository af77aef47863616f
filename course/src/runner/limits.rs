//! How much time, output and memory an exercise may use, and what to ask if that was not enough.

use std::time::Duration;

use super::{Outcome, TestResult};
use crate::catalog::Exercise;

const AT_LEAST: Duration = Duration::from_secs(1);

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

    /// The time that each remaining test gets after the total time is used up.
    pub(super) fn at_least(&self) -> Duration {
        AT_LEAST.min(self.test_time)
    }

    /// What to ask about tests that did not end by themselves.
    pub(super) fn advice(&self, outcome: Outcome, tests: &[TestResult]) -> Option<String> {
        let says = |text: &str| {
            let mut messages = tests.iter().filter_map(|test| test.message.as_ref());
            messages.any(|message| message.contains(text))
        };
        match outcome {
            Outcome::TimedOut => Some(format!(
                "is there an endless loop, or a wait that never ends? All tests together have {}. After that, each \
                 test still gets {}",
                seconds(self.test_time),
                seconds(self.at_least())
            )),
            Outcome::TooMuchOutput => Some("is there a `println!` in an endless loop?".into()),
            Outcome::Killed if says("memory allocation of") => Some(format!(
                "is there an endless loop that allocates? Each test may use {} of memory",
                size(self.memory)
            )),
            _ => None,
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

/// `10 s`, `1.5 s`.
pub(super) fn seconds(time: Duration) -> String {
    let rounded = (time.as_secs_f64() * 10.0).round() / 10.0;
    format!("{rounded} s")
}

/// `4 GiB`, `128 MiB`.
fn size(bytes: u64) -> String {
    if bytes >= 1 << 30 && bytes.is_multiple_of(1 << 30) {
        format!("{} GiB", bytes >> 30)
    } else {
        format!("{} MiB", bytes >> 20)
    }
}
