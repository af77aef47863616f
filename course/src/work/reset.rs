//! Resets one exercise, or one file of the crates in `work/`.

use std::path::{Path, PathBuf};

use super::put_back;
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files;
use crate::skeleton::{SkeletonError, Tree, for_the_reader, generate, is_filled, put, replace};

/// The result of [`reset`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reset {
    /// Where the reader's version is kept. `None` if there was nothing to keep.
    pub kept: Option<PathBuf>,
    /// Other files of the crate that had changed and were restored: the manifests, the test, the
    /// crate's root. Each with the path of its kept version.
    pub restored: Vec<(PathBuf, Option<PathBuf>)>,
}

/// Resets an exercise's file to its skeleton. It also restores all files of the crate that belong
/// to no other exercise. The manifests matter most, because nothing builds without them. It keeps a
/// copy of every changed file, unless it is a module that `fill` wrote.
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
        if files::is(&path, content) {
            continue;
        }
        // Our solution is not the reader's work, and `fill` brings it back.
        if is_the_exercise && exercise.module.is_some() && is_filled(layout, exercise) {
            put(&path, content)?;
            continue;
        }
        let kept = replace(&path, content)?;
        if is_the_exercise {
            done.kept = kept;
        } else {
            done.restored.push((path, kept));
        }
    }
    // Without the record the next start only looks more closely.
    let _ = put_back(layout, &touched_now, &tree);
    Ok(done)
}

/// Resets one file. Returns the new place of the changed file.
pub fn restore(path: &Path, generated: &[u8]) -> Result<Option<PathBuf>, SkeletonError> {
    if files::is(path, generated) {
        return Ok(None);
    }
    Ok(replace(path, generated)?)
}

/// The exercise's own file, and the files of its crate and workspace that belong to no other
/// exercise.
fn touched<'a>(
    tree: &'a Tree,
    catalog: &'a Catalog,
    exercise: &'a Exercise,
) -> impl Iterator<Item = (&'a PathBuf, &'a Vec<u8>)> {
    tree.iter().filter(move |(path, _)| {
        let other = catalog.exercises().filter(|other| other.id != exercise.id);
        let another_s = other.into_iter().any(|other| {
            let dir = Path::new(&other.folder);
            // Two exercises may share a test file. Resetting either one restores it.
            let own_file = **path == dir.join(&other.file);
            let own_test = **path == dir.join(&other.test) && other.test != exercise.test;
            own_file || own_test
        });
        let shared = path.components().count() == 1 || path.starts_with(".cargo");
        (shared || path.starts_with(&exercise.folder)) && !another_s
    })
}
