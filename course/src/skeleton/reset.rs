//! One exercise put back, and compared with its solution.

use std::fs;
use std::path::{Path, PathBuf};

use super::{SkeletonError, Tree, YOURS, for_the_reader, generate, holes, write};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files;
use crate::work;

/// What [`reset`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reset {
    /// Where the reader's version of the exercise is kept; `None` if there was nothing to keep.
    pub kept: Option<PathBuf>,
    /// Other files of the crate that had been changed and were restored, and where the changed ones are kept:
    /// the manifests, the test, the crate's root.
    pub restored: Vec<(PathBuf, Option<PathBuf>)>,
}

/// Puts an exercise's file back to its skeleton, and with it everything of the
/// crate that belongs to no other exercise: above all the manifests, without
/// which nothing there would build. Every changed file is kept.
pub fn reset(
    layout: &Layout,
    catalog: &Catalog,
    exercise: &Exercise,
) -> Result<Reset, SkeletonError> {
    let tree = for_the_reader(generate(layout, &catalog.crates)?);
    let mut done = Reset::default();
    let mut touched_now = Vec::new();
    for (relative, content) in touched(&tree, catalog, exercise) {
        let path = layout.yours().join(relative);
        touched_now.push(relative.clone());
        let is_the_exercise = path == exercise.path(layout);
        if fs::read(&path).is_ok_and(|now| now == *content) {
            continue;
        }
        // Whatever else is there is moved out of the way: a directory, or a link that leads
        // nowhere, which to write to would write elsewhere.
        let kept = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            _ => Some(files::set_aside(&path, YOURS)?),
        };
        if let Err(error) = write::put(&path, content) {
            // On a full disk the reader had better keep a file than a promise.
            if let Some(kept) = kept {
                let _ = fs::rename(kept, &path);
            }
            return Err(error.into());
        }
        if is_the_exercise {
            done.kept = kept;
        } else {
            done.restored.push((path, kept));
        }
    }
    // Without the record the next start only looks more closely.
    let _ = work::put_back(layout, &touched_now, &tree);
    Ok(done)
}

/// The exercise's own file, and the files of its crate and workspace that are no other exercise's.
fn touched<'a>(
    tree: &'a Tree,
    catalog: &'a Catalog,
    exercise: &'a Exercise,
) -> impl Iterator<Item = (&'a PathBuf, &'a Vec<u8>)> {
    tree.iter().filter(move |(path, _)| {
        let other = catalog.exercises().filter(|other| other.id != exercise.id);
        let another_s = other.into_iter().any(|other| {
            let dir = Path::new(&other.folder);
            // Two exercises may share a test file; it is restored with either.
            let own_file = **path == dir.join(&other.file);
            let own_test = **path == dir.join(&other.test) && other.test != exercise.test;
            own_file || own_test
        });
        let shared = path.components().count() == 1 || path.starts_with(".cargo");
        (shared || path.starts_with(&exercise.folder)) && !another_s
    })
}

/// The reader's file compared with the solution, as a unified diff; empty if they are the same.
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
        .set_modified_filename("the book's solution")
        .create_patch(&yours, &solution)
        .to_string();
    Ok(patch)
}
