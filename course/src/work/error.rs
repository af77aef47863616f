//! Why an update of `work/` fails, and what it did before.

use std::path::PathBuf;

use super::Report;
use crate::files::FileError;
use crate::skeleton::SkeletonError;

/// Why `work/` could not be brought up to date.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The skeletons cannot be made.
    #[error(transparent)]
    Skeleton(#[from] SkeletonError),
    /// Another course holds the lock.
    #[error("another `cargo course` holds the lock {} and does not release it", path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
    },
}

impl WorkError {
    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Locked { path } => Some(format!(
                "end the other `cargo course` (is one stopped in a terminal?), or delete {}",
                path.display()
            )),
            Self::File(error) => Some(format!("{}. Nothing of yours is lost", error.advice())),
            Self::Skeleton(_) => None,
        }
    }
}

/// An update that stopped before its end. Its changes stay, and the next update continues from there.
#[derive(Debug, thiserror::Error)]
#[error("work/ could only be brought up to date in part")]
pub struct Stopped {
    /// What it did.
    pub report: Box<Report>,
    /// Why it stopped.
    pub source: WorkError,
}

impl Stopped {
    /// The changes of an update, and why it stopped, if it did.
    pub fn split(updated: Result<Report, Self>) -> (Report, Option<WorkError>) {
        match updated {
            Ok(report) => (report, None),
            Err(stopped) => (*stopped.report, Some(stopped.source)),
        }
    }
}

impl<E: Into<WorkError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self {
            report: Box::default(),
            source: error.into(),
        }
    }
}
