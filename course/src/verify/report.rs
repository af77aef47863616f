//! What a step answers with, and who listens while it runs.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use crate::book::BookError;
use crate::catalog::CatalogError;
use crate::files::FileError;
use crate::runner::RunError;
use crate::skeleton::SkeletonError;
pub(super) use crate::terminal::count;

/// One thing that is not as claimed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// Which chapter, or `book`.
    pub subject: String,
    /// Which step found it.
    pub step: String,
    /// What is wrong, and where.
    pub what: String,
    /// What to do.
    pub advice: String,
}

/// What one step came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What was proved, counted: `4 skeletons`.
    pub proved: String,
    /// What is not as claimed.
    pub findings: Vec<Finding>,
    /// What could not be tried here, and why.
    pub skipped: Vec<String>,
}

impl Found {
    /// Nothing wrong so far.
    pub(super) fn proved(what: impl Into<String>) -> Self {
        Self {
            proved: what.into(),
            ..Self::default()
        }
    }

    /// Nothing but wrong.
    pub(super) fn failed(what: impl Into<String>, advice: impl Into<String>) -> Self {
        let mut found = Self::default();
        found.add(what, advice);
        found
    }

    /// One more thing that is wrong.
    pub(super) fn add(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        self.findings.push(Finding {
            what: what.into(),
            advice: advice.into(),
            ..Finding::default()
        });
    }
}

/// What all steps came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many steps were made.
    pub steps: usize,
    /// What is not as claimed.
    pub findings: Vec<Finding>,
    /// What could not be tried here.
    pub skipped: Vec<String>,
}

/// Hears of each step as it is made.
pub trait Observer {
    /// A chapter, or the book, is next.
    fn begin(&mut self, subject: &str);
    /// A step begins.
    fn step(&mut self, name: &str);
    /// It is done.
    fn done(&mut self, found: &Found, took: Duration);
}

/// Why a step could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The exercises could not be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A skeleton could not be made.
    #[error(transparent)]
    Skeleton(#[from] SkeletonError),
    /// A program could not be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A page could not be expanded, or the book not built.
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

/// The start of a long text, for a finding that should fit a screen.
pub(super) fn start_of(text: &str, lines: usize) -> String {
    let kept: Vec<&str> = text.lines().take(lines).collect();
    let more = text.lines().count().saturating_sub(lines);
    if more == 0 {
        kept.join("\n")
    } else {
        format!("{}\n… and {}", kept.join("\n"), count(more, "more line"))
    }
}
