//! The result of a step, and the observer of the steps.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use crate::book::BookError;
use crate::catalog::CatalogError;
use crate::files::FileError;
use crate::runner::RunError;
use crate::skeleton::SkeletonError;
pub(super) use crate::terminal::count;

/// One wrong claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The chapter, or `book`.
    pub subject: String,
    /// The step that found it.
    pub step: String,
    /// What is wrong, and where.
    pub what: String,
    /// What to do.
    pub advice: String,
}

/// The result of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How much the step checked: `4 skeletons`.
    pub proved: String,
    /// The wrong claims.
    pub findings: Vec<Finding>,
    /// The checks that this machine could not do, with reasons.
    pub skipped: Vec<String>,
}

impl Found {
    /// A result without findings so far.
    pub(super) fn proved(what: impl Into<String>) -> Self {
        Self {
            proved: what.into(),
            ..Self::default()
        }
    }

    /// A result with one finding and nothing checked.
    pub(super) fn failed(what: impl Into<String>, advice: impl Into<String>) -> Self {
        let mut found = Self::default();
        found.add(what, advice);
        found
    }

    /// Adds a finding.
    pub(super) fn add(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        self.findings.push(Finding {
            what: what.into(),
            advice: advice.into(),
            ..Finding::default()
        });
    }
}

/// The result of all steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many steps ran.
    pub steps: usize,
    /// The wrong claims.
    pub findings: Vec<Finding>,
    /// The checks that this machine could not do.
    pub skipped: Vec<String>,
}

/// Is told about each step.
pub trait Observer {
    /// A chapter, or the book, comes next.
    fn begin(&mut self, subject: &str);
    /// A step starts.
    fn step(&mut self, name: &str);
    /// The step has ended.
    fn done(&mut self, found: &Found, took: Duration);
}

/// Why a step could not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// We could not read or write a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// We could not read the exercises.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// We could not create a skeleton.
    #[error(transparent)]
    Skeleton(#[from] SkeletonError),
    /// We could not run a program.
    #[error(transparent)]
    Run(#[from] RunError),
    /// We could not expand a page or build the book.
    #[error(transparent)]
    Book(#[from] BookError),
}

/// An error with its causes, on one or more lines.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

/// The start of a long text, so that a finding fits on a screen.
pub(super) fn start_of(text: &str, lines: usize) -> String {
    let kept: Vec<&str> = text.lines().take(lines).collect();
    let more = text.lines().count().saturating_sub(lines);
    if more == 0 {
        kept.join("\n")
    } else {
        format!("{}\n… and {}", kept.join("\n"), count(more, "more line"))
    }
}
