//! Why an exercise could not be run at all. What the reader's code did wrong
//! is never an error here: that is a [`Verdict`](super::Verdict).

use crate::files::FileError;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A file of the exercise could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A program could not be started.
    #[error("cannot start {program}")]
    Start {
        /// `cargo`, or a test's binary.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Reading what a program printed failed.
    #[error("cannot read what {program} prints")]
    Output {
        /// Which program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Cargo was content and yet built no such test.
    #[error("cargo built no test {target:?}")]
    NoBinary {
        /// The test's name.
        target: String,
    },
    /// The exercise changed during every try.
    #[error("the exercise's files change faster than they compile")]
    KeepsChanging,
}

impl RunError {
    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Start { program, .. } if program.ends_with("cargo") => {
                Some("cargo must be in the PATH; https://rustup.rs installs it".into())
            }
            Self::KeepsChanging => {
                Some("find what writes to them (an editor that formats again and again?)".into())
            }
            Self::Start { .. } | Self::Output { .. } | Self::NoBinary { .. } | Self::File(_) => {
                None
            }
        }
    }
}
