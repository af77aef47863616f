//! Why an exercise could not run at all. A mistake in the reader's code is never an error here. It
//! gives a [`Verdict`](super::Verdict).

use std::io;
use std::path::Path;

use crate::files::FileError;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// We could not read a file of the exercise.
    #[error(transparent)]
    File(#[from] FileError),
    /// We could not start a program.
    #[error("cannot start {program}")]
    Start {
        /// `cargo`, or the program of a test.
        program: String,
        /// The system's error.
        source: io::Error,
    },
    /// We could not read the output of a program.
    #[error("cannot read what {program} prints")]
    Output {
        /// The program.
        program: String,
        /// The system's error.
        source: io::Error,
    },
    /// Cargo reported success, but it built no such test.
    #[error("cargo built no test {target:?}")]
    NoBinary {
        /// The test's name.
        target: String,
    },
    /// The files of the exercise changed during every attempt.
    #[error("the files of the exercise change faster than they compile")]
    KeepsChanging,
}

impl RunError {
    /// Whether a file in this folder, or the folder itself, was gone. It may be back already.
    pub fn is_about_missing(&self, dir: &Path) -> bool {
        matches!(self, Self::File(FileError { path, source, .. })
            if source.kind() == io::ErrorKind::NotFound && path.starts_with(dir))
    }

    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Start { program, source }
                if program.ends_with("cargo") && source.kind() == io::ErrorKind::NotFound =>
            {
                Some("cargo must be in the PATH. Install it from https://rustup.rs".into())
            }
            Self::KeepsChanging => Some(
                "find the program that writes to them, for example an editor that formats on save"
                    .into(),
            ),
            Self::File(error) => Some(error.advice()),
            Self::Start { .. } | Self::Output { .. } | Self::NoBinary { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_file_in_the_folder_is_about_what_is_missing_there() {
        let error = |path: &str, kind: io::ErrorKind| {
            RunError::from(FileError::new("read", path)(kind.into()))
        };
        let dir = Path::new("work");
        for path in ["work", "work/02-fix/src/lib.rs"] {
            assert!(error(path, io::ErrorKind::NotFound).is_about_missing(dir));
            assert!(!error(path, io::ErrorKind::PermissionDenied).is_about_missing(dir));
        }
        assert!(!error("target/x", io::ErrorKind::NotFound).is_about_missing(dir));
        assert!(!RunError::KeepsChanging.is_about_missing(dir));
    }
}
