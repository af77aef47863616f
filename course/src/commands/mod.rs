//! One file a command. A command returns its exit code, or an error that is
//! printed with its causes and with what to do about it.

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
mod stop;
pub mod verify;
pub mod watch;

use crate::book::BookError;
use crate::catalog::CatalogError;
use crate::files::FileError;
use crate::progress::ProgressError;
use crate::runner::RunError;
use crate::serve::ServeError;
use crate::skeleton::SkeletonError;
use crate::verify::VerifyError;

/// Some exercise did not pass.
pub const SOME_FAIL: u8 = 1;
/// The command could not be carried out: wrong usage, or something broken around it.
pub const USAGE: u8 = 2;

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The exercises could not be read, or there is none of that name.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The progress file could not be read or written.
    #[error(transparent)]
    Progress(#[from] ProgressError),
    /// An exercise could not be run at all.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A skeleton could not be made or restored.
    #[error(transparent)]
    Skeleton(#[from] SkeletonError),
    /// The verifier could not begin.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The book, or a page of it, cannot be made.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The server could not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The terminal, a pipe or the network did not do what it should.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Anything else, already in words.
    #[error("{message}")]
    Said {
        /// What went wrong.
        message: String,
        /// What to do about it.
        advice: Option<String>,
    },
}

impl CommandError {
    /// What the reader can do about it, if there is something.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Catalog(error) => error.advice(),
            Self::Progress(error) => error.advice(),
            Self::Run(error) => error.advice(),
            Self::Serve(error) => error.advice(),
            Self::Said { advice, .. } => advice.clone(),
            Self::Book(_)
            | Self::File(_)
            | Self::Skeleton(_)
            | Self::Verify(_)
            | Self::Io { .. } => None,
        }
    }
}
