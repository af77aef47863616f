//! Resets one exercise, or one file of the crates in `work/`.

use std::path::{Path, PathBuf};

use super::{forget_news, put_back};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files;
use crate::skeleton::{SkeletonError, for_the_reader, generate, is_filled, put, replace};

/// The configuration that makes `cargo course` work in a folder. The reader need not know of it.
const CONFIG: &str = ".cargo/config.toml";

/// The result of [`reset`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reset {
    /// Where the reader's version is kept. `None` if there was nothing to keep.
    pub kept: Option<PathBuf>,
    /// Other files of the crate that had changed and were restored: the manifests, the test, the
    /// crate's root. Each with the path of its kept version.
    pub restored: Vec<(PathBuf, Option<PathBuf>)>,
    /// Files of other exercises of the crate that were missing, and are there again as at the start. The crate
    /// would not build without them.
    pub others: Vec<PathBuf>,
}

/// Resets an exercise's file to its skeleton. It also restores all files of the crate that belong
/// to no other exercise, and puts back the missing files of the others. The manifests matter most, because
/// nothing builds without them. It keeps a copy of every changed file, unless it is a module that `fill` wrote.
pub fn reset(
    layout: &Layout,
    catalog: &Catalog,
    exercise: &Exercise,
) -> Result<Reset, SkeletonError> {
    let tree = for_the_reader(generate(layout, &catalog.crates)?);
    let mut done = Reset::default();
    let mut touched_now = Vec::new();
    for (relative, content) in &tree {
        let path = layout.yours().join(relative);
        match whose(relative, catalog, exercise) {
            Whose::Another if path.is_symlink() || path.exists() => continue,
            Whose::Elsewhere => continue,
            _ => {}
        }
        touched_now.push(relative.clone());
        if files::is(&path, content) {
            continue;
        }
        let is_the_exercise = path == exercise.path(layout);
        // Our solution is not the reader's work, and `fill` brings it back.
        if is_the_exercise && exercise.module.is_some() && is_filled(layout, exercise) {
            put(&path, content)?;
            continue;
        }
        let is_missing = !path.exists();
        let kept = replace(&path, content)?;
        if is_the_exercise {
            done.kept = kept;
        } else if is_missing && whose(relative, catalog, exercise) == Whose::Another {
            done.others.push(path);
        } else if kept.is_some() || !relative.ends_with(CONFIG) {
            done.restored.push((path, kept));
        }
    }
    // Without the record the next start only looks more closely.
    let _ = put_back(layout, &touched_now, &tree);
    forget_news(layout, &exercise.id);
    Ok(done)
}

/// Resets one file. Returns the new place of the changed file.
pub fn restore(path: &Path, generated: &[u8]) -> Result<Option<PathBuf>, SkeletonError> {
    if files::is(path, generated) {
        return Ok(None);
    }
    Ok(replace(path, generated)?)
}

/// Whose file a path is when one exercise is reset.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The exercise's, or it belongs to no exercise: a manifest, the crate's root.
    Own,
    /// It belongs to another exercise of the same crate.
    Another,
    /// It is part of another crate.
    Elsewhere,
}

fn whose(path: &Path, catalog: &Catalog, exercise: &Exercise) -> Whose {
    let shared = path.components().count() == 1 || path.starts_with(".cargo");
    if !shared && !path.starts_with(&exercise.folder) {
        return Whose::Elsewhere;
    }
    let mut others = catalog.exercises().filter(|other| other.id != exercise.id);
    let is_another_s = others.any(|other| {
        let dir = Path::new(&other.folder);
        // Two exercises may share a test file. Resetting either one restores it.
        let own_file = *path == dir.join(&other.file);
        let own_test = *path == dir.join(&other.test) && other.test != exercise.test;
        own_file || own_test
    });
    if is_another_s {
        Whose::Another
    } else {
        Whose::Own
    }
}
