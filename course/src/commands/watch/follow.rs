//! Which exercise `watch` turns to after files have changed.
//!
//! Only a save of the reader's may move `watch` to another exercise. The tool and `git pull` write
//! to `work/` too, so we remember the contents and look at what is new in them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::catalog::{Catalog, Exercise, Layout};
use crate::{files, skeleton, work};

/// The contents of the reader's files, as we saw them last.
pub(super) struct Contents(BTreeMap<PathBuf, Option<u64>>);

impl Contents {
    /// Reads the file of each exercise.
    pub fn read(layout: &Layout, catalog: &Catalog) -> Self {
        let paths = catalog.exercises().map(|exercise| exercise.path(layout));
        Self(paths.map(|path| (path.clone(), content(&path))).collect())
    }

    /// The exercise that the reader has saved, if it is another one than the current one. If several files
    /// changed at once (a backup was copied back), `watch` stays where it is.
    pub fn saved(
        &mut self,
        layout: &Layout,
        catalog: &Catalog,
        paths: &BTreeSet<PathBuf>,
        current: &Exercise,
    ) -> Option<Exercise> {
        let mut changed = Vec::new();
        for exercise in catalog.exercises() {
            let path = exercise.path(layout);
            if !paths.contains(&path) {
                continue;
            }
            let now = content(&path);
            if self.0.insert(path, now) != Some(now) {
                changed.push(exercise);
            }
        }
        if changed.iter().any(|exercise| exercise.id == current.id) {
            return None;
        }
        changed.retain(|exercise| is_by_the_reader(layout, exercise));
        match changed[..] {
            [only] => Some(only.clone()),
            _ => None,
        }
    }
}

/// Whether the reader wrote what is in the file. `fill` writes our solutions of modules.
fn is_by_the_reader(layout: &Layout, exercise: &Exercise) -> bool {
    let filled = exercise.module.is_some() && skeleton::is_filled(layout, exercise);
    work::is_begun(layout, exercise) && !filled
}

/// A number for the content of a file. `None` if the file is missing or cannot be read.
fn content(path: &Path) -> Option<u64> {
    let content = files::read_bytes(path, files::LARGEST).ok()?;
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    Some(hasher.finish())
}
