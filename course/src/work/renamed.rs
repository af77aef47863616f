//! Exercises that have another id or another place than before. The reader's file follows them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::record::{Hash, Kind};
use super::report::Renamed;
use super::{State, Update, place};
use crate::catalog::Exercise;
use crate::files::{self, FileError};
use crate::skeleton::{self, YOURS};

impl Update<'_> {
    /// Moves the reader's file of each renamed exercise to its new place, unless the reader has changed
    /// the file there too.
    pub(super) fn follow_renamed(&mut self) -> Result<(), FileError> {
        let catalog = self.catalog;
        for exercise in catalog.exercises() {
            let former = self.former_id(exercise);
            let files = self.former_files(exercise);
            let mut renamed = Renamed {
                from: former,
                to: exercise.id.clone(),
                moved: None,
                kept: None,
                copies: Vec::new(),
                again: false,
                left: None,
            };
            for path in files {
                self.follow(exercise, &path, &mut renamed)?;
            }
            let has_moved = renamed.moved.is_some() || !renamed.copies.is_empty();
            if has_moved || renamed.left.is_some() || renamed.from.is_some() {
                self.report.renamed.push(renamed);
            }
        }
        Ok(())
    }

    /// The id that the exercise had at the last update, if it was another one.
    fn former_id(&self, exercise: &Exercise) -> Option<String> {
        let owners = || self.record.owners().map(|(_, id)| id);
        let mut former = exercise.formerly.iter();
        let former = former.find(|id| owners().any(|owner| owner == *id));
        former
            .filter(|_| owners().all(|owner| owner != exercise.id))
            .cloned()
    }

    /// The places in `work/` that the exercise's file had before.
    fn former_files(&self, exercise: &Exercise) -> BTreeSet<PathBuf> {
        let now = place(exercise);
        let by_owner = self.record.owners();
        let by_owner = by_owner.filter(|(_, id)| is_same(exercise, id));
        let by_owner = by_owner.map(|(path, _)| path.to_owned());
        let earlier = self.record.former();
        let earlier = earlier.filter(|(_, id)| is_same(exercise, id));
        let earlier = earlier.map(|(path, _)| path.to_owned());
        // An earlier course did not keep the ids, or the record is lost.
        let by_name = by_name(exercise).into_iter().filter(|path| {
            let is_known = self.record.get(Kind::Skeleton, path).is_some();
            (is_known || self.report.first) && self.record.owner(path).is_none()
        });
        let mut files: BTreeSet<PathBuf> = by_name
            .chain(earlier)
            .chain(exercise.formerly_at.iter().cloned())
            // A file of today belongs to another exercise.
            .filter(|path| !self.tree.contains_key(path))
            .collect();
        files.extend(by_owner);
        files.remove(&now);
        files
    }

    fn follow(
        &mut self,
        exercise: &Exercise,
        from: &Path,
        renamed: &mut Renamed,
    ) -> Result<(), FileError> {
        let to = place(exercise);
        let full = self.layout.yours().join(from);
        let new = self.layout.yours().join(&to);
        let content = match self.state(from) {
            State::Changed(content) => content,
            // It has no work of the reader's. If it is still in the course, it is another exercise's.
            State::Untouched if !self.tree.contains_key(from) => {
                fs::remove_file(&full).map_err(FileError::new("remove", &full))?;
                self.leave(exercise, from);
                renamed.copies.extend(move_copies(&full, &new)?);
                return Ok(());
            }
            _ => return Ok(()),
        };
        // In another package, the old work fits only if the course says so.
        let is_same_package = from.components().next() == to.components().next();
        let fits = is_same_package || exercise.formerly_at.iter().any(|at| at == from);
        let there = match self.state(&to) {
            State::Changed(there) if there != content => Some(there),
            State::Other => {
                self.stay(exercise, from, &content, fits, renamed);
                return Ok(());
            }
            _ => None,
        };
        let is_free = there.as_ref().is_none_or(|there| {
            let was_moved = self.record.get(Kind::Moved, &to) == Some(Hash::of(there));
            was_moved || self.is_the_readers_own(exercise, &to)
        });
        if !fits || !is_free {
            self.stay(exercise, from, &content, fits, renamed);
            return Ok(());
        }
        if let Some(there) = there {
            renamed.kept = Some(files::keep_copy(&new, &there, YOURS)?);
        }
        // The new file comes first, so the reader's version exists at all times.
        skeleton::put(&new, &content)?;
        fs::remove_file(&full).map_err(FileError::new("remove", &full))?;
        let is_again = self.record.was_of(from, |id| is_same(exercise, id));
        if !is_again {
            self.move_start(from, &to)?;
        }
        self.record.set(Kind::Moved, &to, Hash::of(&content));
        self.leave(exercise, from);
        renamed.copies.extend(move_copies(&full, &new)?);
        renamed.again = is_again;
        renamed.moved = Some((full, new));
        Ok(())
    }

    /// What a file began as moves with it.
    fn move_start(&mut self, from: &Path, to: &Path) -> Result<(), FileError> {
        let start = self.layout.starts().join(to);
        match files::read_bytes(&self.layout.starts().join(from), files::LARGEST) {
            Ok(began) => skeleton::put(&start, &began)?,
            // Without it, `keep_starts` compares with the record.
            Err(_) => drop(fs::remove_file(start)),
        }
        match self.record.get(Kind::Skeleton, from) {
            Some(base) => self.record.set(Kind::Skeleton, to, base),
            None => self.record.remove(Kind::Skeleton, to),
        }
        Ok(())
    }

    /// The reader's file is not moved. The reader is told once about each version of it.
    fn stay(
        &mut self,
        exercise: &Exercise,
        from: &Path,
        content: &[u8],
        fits: bool,
        renamed: &mut Renamed,
    ) {
        let name = Path::new("work").join(from);
        let hash = Hash::of(content);
        if self.record.get(Kind::Brought, &name) != Some(hash) {
            self.record.set(Kind::Brought, &name, hash);
            renamed.left = Some((self.layout.yours().join(from), !fits));
        }
        if !self.tree.contains_key(from) {
            self.leave(exercise, from);
        }
    }

    /// Remembers that an exercise has left this place.
    fn leave(&mut self, exercise: &Exercise, from: &Path) {
        self.record.add_former(from, &exercise.id);
        self.former.push(from.to_owned());
    }

    /// Whether a changed file at the place of an exercise has nothing to do with the exercise: we never put
    /// it there.
    pub(super) fn is_the_readers_own(&self, exercise: &Exercise, path: &Path) -> bool {
        !self.report.first
            && self.record.get(Kind::Skeleton, path).is_none()
            && self.record.get(Kind::Moved, path).is_none()
            && !self.record.was_of(path, |id| is_same(exercise, id))
    }

    /// Forgets the former places.
    pub(super) fn forget_former(&mut self) {
        for path in std::mem::take(&mut self.former) {
            self.forget(&path);
        }
    }

    /// Forgets what a file began as.
    pub(super) fn forget(&mut self, path: &Path) {
        self.record.remove(Kind::Skeleton, path);
        // A leftover costs only its space.
        let _ = fs::remove_file(self.layout.starts().join(path));
    }
}

/// Whether an exercise has this id or had it before.
fn is_same(exercise: &Exercise, id: &str) -> bool {
    id == exercise.id || exercise.formerly.iter().any(|old| old == id)
}

/// The files that an exercise had under its former ids. Files are named as their exercises are.
pub(super) fn by_name(exercise: &Exercise) -> Vec<PathBuf> {
    let names = exercise.formerly.iter().filter_map(|id| id.split_once('/'));
    let file = |name: &str| format!("{}.rs", name.replace('-', "_"));
    let now = place(exercise);
    names
        .map(|(_, name)| now.with_file_name(file(name)))
        .collect()
}

/// Moves the kept versions of a file, `count.rs.yours-1`, to the new name of the file.
fn move_copies(from: &Path, to: &Path) -> Result<Vec<(PathBuf, PathBuf)>, FileError> {
    let name = from.file_name().unwrap_or_default().to_string_lossy();
    let start = format!("{name}{YOURS}");
    let entries = from.parent().and_then(|dir| fs::read_dir(dir).ok());
    let entries = entries.into_iter().flatten().flatten();
    let mut copies: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(&start)?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    copies.sort();
    let mut moved = Vec::new();
    for (_, copy) in copies {
        let now = files::move_to(&copy, to, YOURS)?;
        moved.push((copy, now));
    }
    Ok(moved)
}
