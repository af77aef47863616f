//! What came of running an exercise, in the shape that the pages and `--json` get.

use serde::{Deserialize, Serialize};

/// What came of running an exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// In one word.
    pub outcome: Outcome,
    /// Each named test, in the order of their file. Empty if it did not build.
    pub tests: Vec<TestResult>,
    /// What the compiler (or cargo) said, rendered for people, without colours.
    pub diagnostics: String,
    /// What the failed tests printed to stdout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    /// What to do, where it is not for the compiler or a test to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The file, another exercise's, that must compile before this one can be tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// The modules of the reader's runtime that its tests use and that are not solved yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// How long cargo took.
    pub cargo_ms: u64,
    /// How long all of it took.
    pub total_ms: u64,
    /// Which files this is about: see [`revision`](super::revision).
    pub revision: String,
}

/// The outcome in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every test passed.
    Passed,
    /// Some test failed.
    Failed,
    /// It does not compile.
    BuildFailed,
    /// A test, or the build, ran out of time.
    TimedOut,
    /// A test printed more than the limit.
    TooMuchOutput,
    /// Cargo could not make sense of a manifest.
    ManifestBroken,
    /// A file of it is not there.
    Missing,
    /// A test's process was killed by a signal: an abort, a stack overflow.
    Killed,
}

/// One named test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// As in the test file.
    pub name: String,
    /// How it went.
    pub status: TestStatus,
    /// Its panic message, or why it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How one test went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestStatus {
    /// It passed.
    Ok,
    /// It failed, hung, or was killed.
    Failed,
    /// It is marked `#[ignore]`.
    Ignored,
}

impl Verdict {
    /// Whether the exercise is solved.
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }
}
