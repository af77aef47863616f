//! Turns solutions into skeletons.
//!
//! The solutions are the only source. [`generate`] computes all of `exercises/` from them,
//! [`regenerate`] writes it, [`differences`] compares it with the disk, [`fill`] puts a solution into
//! the reader's crate, and [`diff`] compares the reader's version with the solution.

mod diff;
mod fill;
mod generated;
mod holes;
mod manifest;
mod tree;
mod write;

pub use diff::diff;
pub use fill::{code, fill, first_hole, is_filled, is_open, is_skeleton, open, our_solution};
pub use holes::{HoleError, skeleton, solution};
pub use manifest::ManifestError;
pub use tree::{Tree, generate};
pub(crate) use tree::{changed_tests, damaged_sources, for_a_copy, for_the_reader};
pub use write::{Difference, Regenerated, differences, regenerate};
pub(crate) use write::{give_back, is_not_generated, put, replace};

use std::path::PathBuf;

use crate::files::FileError;

/// The suffix for a kept version of the reader. A number follows it.
pub(crate) const YOURS: &str = ".yours-";

/// Why a skeleton cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SkeletonError {
    /// We could not read or write a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A hole has an error.
    #[error("cannot turn {} into a skeleton", path.display())]
    Hole {
        /// The solution's file.
        path: PathBuf,
        /// The line and the error.
        source: HoleError,
    },
    /// A manifest cannot be derived.
    #[error("cannot derive a manifest from {}", path.display())]
    Manifest {
        /// The manifest of the solution.
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
