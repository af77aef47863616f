//! Solutions turned into skeletons, and an exercise put back to its skeleton.
//!
//! The solutions are the only source. [`generate`] computes all of `exercises/`
//! from them; [`regenerate`] writes it, [`differences`] compares, [`reset`] puts
//! one exercise back, [`diff`] shows the reader's version against the solution.

mod fill;
mod holes;
mod manifest;
mod reset;
mod tree;
mod write;

pub use fill::{fill, is_filled, is_open, open};
pub use holes::{HoleError, skeleton, solution};
pub use manifest::ManifestError;
pub use reset::{Reset, diff, reset};
pub(crate) use tree::for_the_reader;
pub use tree::{Tree, generate};
pub use write::{Difference, differences, regenerate};
pub(crate) use write::{is_not_generated, put};

use std::path::PathBuf;

use crate::files::FileError;

/// What a reader's version is kept as, with a number behind it.
pub(crate) const YOURS: &str = ".yours-";

/// Why a skeleton cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SkeletonError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A hole is not written as it should be.
    #[error("{} cannot be made a skeleton", path.display())]
    Hole {
        /// The solution's file.
        path: PathBuf,
        /// Which line, and what is wrong there.
        source: HoleError,
    },
    /// A manifest cannot be derived.
    #[error("no manifest can be derived from {}", path.display())]
    Manifest {
        /// Whose manifest.
        path: PathBuf,
        /// What is wrong.
        source: ManifestError,
    },
    /// The solution has no such file.
    #[error("{}: the solution has no {}", exercise, file.display())]
    NoFile {
        /// The exercise's id.
        exercise: String,
        /// The file it names.
        file: PathBuf,
    },
}
