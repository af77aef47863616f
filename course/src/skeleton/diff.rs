//! Compares the reader's version of an exercise with its solution.

use super::{SkeletonError, holes};
use crate::catalog::{Exercise, Layout};
use crate::files;

/// Compares the reader's file with the solution, as a unified diff. Empty if they are equal.
pub fn diff(layout: &Layout, exercise: &Exercise) -> Result<String, SkeletonError> {
    let path = exercise.solution_path(layout);
    let solution = holes::solution(&files::read(&path)?)
        .map_err(|source| SkeletonError::Hole { path, source })?;
    let yours = files::read(&exercise.path(layout))?;
    if yours == solution {
        return Ok(String::new());
    }
    let patch = diffy::DiffOptions::new()
        .set_original_filename(format!("yours: {}", exercise.file.display()))
        .set_modified_filename("our solution")
        .create_patch(&yours, &solution)
        .to_string();
    Ok(patch)
}
