//! Errors in the course's own files, and in names that the reader typed.

use std::io;
use std::path::PathBuf;

use crate::files::FileError;

/// Why the catalog cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// There is no clone of the course here, and none in the directories above.
    #[error("{} is not inside a clone of the course", start.display())]
    NoCourse {
        /// The directory where the search started.
        start: PathBuf,
    },
    /// The path of the clone is not valid UTF-8.
    #[error("the path {} is not valid UTF-8, and cargo needs a path that is text", root.display())]
    NoText {
        /// The root of the clone.
        root: PathBuf,
    },
    /// We could not read a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// An `exercises.toml` or a manifest is not valid.
    #[error("{} is not valid", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// The error and its line.
        source: Box<toml::de::Error>,
    },
    /// An `exercises.toml` is valid TOML, but its content is wrong.
    #[error("{}: {problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is no exercise or chapter with this name.
    #[error("there is no {what} {name:?}")]
    Unknown {
        /// The kind of name: `exercise`, `chapter`, `exercise or chapter`.
        what: &'static str,
        /// The name that the reader typed.
        name: String,
        /// The most similar names, best first.
        nearest: Vec<String>,
    },
}

impl CatalogError {
    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::NoCourse { .. } => Some(
                "run the command in the folder that you cloned, or in a folder inside it".into(),
            ),
            Self::NoText { .. } => {
                Some("rename the folder, or move the clone to another one".into())
            }
            Self::Unknown { nearest, .. } if nearest.is_empty() => {
                Some("`cargo course list` shows all of them".into())
            }
            Self::Unknown { nearest, .. } => Some(format!(
                "did you mean {}? `cargo course list` shows all of them",
                any_of(nearest)
            )),
            Self::File(error) if error.source.kind() != io::ErrorKind::NotFound => {
                Some(error.advice())
            }
            Self::File(FileError { path, .. })
            | Self::Toml { path, .. }
            | Self::Invalid { path, .. } => Some(format!(
                "this file belongs to the course. If you did not mean to change it, `git restore {}` undoes \
                 the changes",
                path.display()
            )),
        }
    }
}

/// Joins names: `a`, `a or b`, `a, b or c`.
fn any_of(names: &[String]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}
