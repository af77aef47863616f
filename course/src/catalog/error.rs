//! What can be wrong with the course's own files, or with a name that was typed.

use std::path::PathBuf;

use crate::files::FileError;

/// Why the catalog has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// No clone of the course here or above.
    #[error("{} is not inside a clone of the course", start.display())]
    NoCourse {
        /// Where the search began.
        start: PathBuf,
    },
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// An `exercises.toml` or a manifest is not what it should be.
    #[error("{} is not valid", path.display())]
    Toml {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and on which line.
        source: Box<toml::de::Error>,
    },
    /// An `exercises.toml` parses but says something impossible.
    #[error("{}: {problem}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// No exercise, or no chapter, of that name.
    #[error("there is no {what} {name:?}")]
    Unknown {
        /// `exercise`, `chapter`, `exercise or chapter`.
        what: &'static str,
        /// What was typed.
        name: String,
        /// The names most like it, best first.
        nearest: Vec<String>,
    },
}

impl CatalogError {
    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::NoCourse { .. } => {
                Some("run it from the folder that you cloned, or from one inside it".into())
            }
            Self::Unknown { nearest, .. } if nearest.is_empty() => {
                Some("`cargo course list` shows them all".into())
            }
            Self::Unknown { nearest, .. } => Some(format!(
                "did you mean {}? `cargo course list` shows them all",
                any_of(nearest)
            )),
            Self::File(_) | Self::Toml { .. } | Self::Invalid { .. } => None,
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
fn any_of(names: &[String]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}
