//! The result of running an exercise, in the format for the pages and for `--json`.

use serde::{Deserialize, Serialize};

/// The result of running an exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The result in one word.
    pub outcome: Outcome,
    /// The named tests in the order of their file. Empty if the exercise did not build.
    pub tests: Vec<TestResult>,
    /// The text of the compiler or of cargo for people, without colours.
    pub diagnostics: String,
    /// The output of the failed tests on stdout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    /// What to do, if neither the compiler nor a test says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// What to do next if a file or a folder is missing. Otherwise it is to edit a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// A file of another exercise that must compile before we can test this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// The modules of the reader's runtime that its tests use and that are not solved yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Tests and manifests that are not the course's own. If all tests passed, they may be others than
    /// those of the exercise. If not, also other files of the course that lack a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// How long cargo took.
    pub cargo_ms: u64,
    /// How long everything took.
    pub total_ms: u64,
    /// Identifies the tested files: see [`revision`](super::revision).
    pub revision: String,
}

/// The result in one word.
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
    /// Cargo could not read a manifest, had no room on the disk, or found no linker.
    ManifestBroken,
    /// A file of the exercise is missing.
    Missing,
    /// A signal killed the process of a test, for example after an abort or a stack overflow.
    Killed,
}

/// One named test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The name in the test file.
    pub name: String,
    /// The result.
    pub status: TestStatus,
    /// The panic message, or why we stopped the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The result of one test.
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
    /// The verdict of these files before anything has run.
    pub(crate) fn empty(revision: &str) -> Self {
        Self {
            outcome: Outcome::Passed,
            tests: Vec::new(),
            diagnostics: String::new(),
            stdout: None,
            advice: None,
            next: None,
            waits_for: None,
            needs: Vec::new(),
            changed: Vec::new(),
            cargo_ms: 0,
            total_ms: 0,
            revision: revision.to_owned(),
        }
    }

    /// Whether the course's own tests passed.
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed && self.changed.is_empty()
    }
}
