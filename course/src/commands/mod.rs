//! The commands, one in each file. A command returns its exit code, or an error. The error is
//! printed with its causes and with what to do.

pub mod check;
pub mod diff;
pub mod fill;
pub mod generate;
pub mod hint;
pub mod list;
pub mod meters;
pub mod preprocess;
pub mod reset;
pub mod serve;
mod session;
pub mod site;
mod stop;
pub mod verify;
pub mod watch;

use crate::book::BookError;
use crate::catalog::CatalogError;
use crate::files::FileError;
use crate::grade::GradeError;
use crate::progress::ProgressError;
use crate::runner::RunError;
use crate::serve::ServeError;
use crate::skeleton::SkeletonError;
use crate::verify::VerifyError;
use crate::work::WorkError;

/// The exit code if an exercise did not pass.
pub const SOME_FAIL: u8 = 1;
/// The exit code if the command itself failed: wrong usage, or an error around it.
pub const USAGE: u8 = 2;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// We could not read the exercises, or there is no exercise with this name.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// We could not read or write the progress file.
    #[error(transparent)]
    Progress(#[from] ProgressError),
    /// We could not run an exercise.
    #[error(transparent)]
    Run(#[from] RunError),
    /// We could not create or restore a skeleton.
    #[error(transparent)]
    Skeleton(#[from] SkeletonError),
    /// We could not read or write the reader's files.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// We could not make the copy for grading.
    #[error(transparent)]
    Grade(#[from] GradeError),
    /// The verifier could not start.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// We could not read or write a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// We could not build the book or one of its pages.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The server could not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// An error of the terminal, a pipe or the network.
    #[error("{what}")]
    Io {
        /// What we were doing.
        what: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// Any other error, as a message.
    #[error("{message}")]
    Said {
        /// What is wrong.
        message: String,
        /// What to do about it.
        advice: Option<String>,
    },
}

impl CommandError {
    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Catalog(error) => error.advice(),
            Self::Progress(error) => error.advice(),
            Self::Run(error) => error.advice(),
            Self::Serve(error) => error.advice(),
            Self::Work(error) => error.advice(),
            Self::File(error)
            | Self::Skeleton(SkeletonError::File(error))
            | Self::Grade(GradeError::File(error)) => Some(error.advice()),
            Self::Said { advice, .. } => advice.clone(),
            Self::Book(_)
            | Self::Grade(_)
            | Self::Skeleton(_)
            | Self::Verify(_)
            | Self::Io { .. } => None,
        }
    }
}
