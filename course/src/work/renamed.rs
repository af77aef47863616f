//! Exercises that have another id or another place than before. The reader's file follows them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::record::{Hash, Kind};
use super::report::Renamed;
use super::{State, Update, place};
use crate::catalog::Exercise;
use crate::files::{self, FileError};
use crate::skeleton;

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
                left: None,
            };
            for path in files {
                self.follow(exercise, &path, &mut renamed)?;
            }
            let is_news = renamed.moved.is_some() || renamed.left.is_some();
            if is_news || renamed.from.is_some() {
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
        let is_same = |id: &str| id == exercise.id || exercise.formerly.iter().any(|old| old == id);
        let by_owner = self
            .record
            .owners()
            .filter(|(_, id)| is_same(id))
            .map(|(path, _)| path.to_owned());
        // An earlier course did not keep the ids. Files are named as their exercises are.
        let by_name = exercise.formerly.iter().filter_map(|id| {
            let (_, name) = id.split_once('/')?;
            let path = now.with_file_name(format!("{}.rs", name.replace('-', "_")));
            let is_known = self.record.get(Kind::Skeleton, &path).is_some();
            (is_known && self.record.owner(&path).is_none()).then_some(path)
        });
        let mut files: BTreeSet<PathBuf> = by_name
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
        let content = match self.state(from) {
            State::Changed(content) => content,
            // It has no work of the reader's. If it is still in the course, it is another exercise's.
            State::Untouched if !self.tree.contains_key(from) => {
                fs::remove_file(&full).map_err(FileError::new("remove", &full))?;
                self.former.push(from.to_owned());
                return Ok(());
            }
            _ => return Ok(()),
        };
        // In another package, the old work fits only if the course says so.
        let is_same_package = from.components().next() == to.components().next();
        let fits = is_same_package || exercise.formerly_at.iter().any(|at| at == from);
        let is_free = match self.state(&to) {
            State::Missing | State::Current | State::Untouched => true,
            State::Changed(there) => there == content,
            State::Other => false,
        };
        if !fits || !is_free {
            let name = Path::new("work").join(from);
            let hash = Hash::of(&content);
            if self.record.get(Kind::Brought, &name) != Some(hash) {
                self.record.set(Kind::Brought, &name, hash);
                renamed.left = Some((full, !fits));
            }
            if !self.tree.contains_key(from) {
                self.former.push(from.to_owned());
            }
            return Ok(());
        }
        let new = self.layout.yours().join(&to);
        // The new file comes first, so the reader's version exists at all times.
        skeleton::put(&new, &content)?;
        fs::remove_file(&full).map_err(FileError::new("remove", &full))?;
        // What it began as moves with it.
        let start = self.layout.starts().join(from);
        match files::read_bytes(&start, files::LARGEST) {
            Ok(began) => skeleton::put(&self.layout.starts().join(&to), &began)?,
            // Without it, `keep_starts` compares with the record.
            Err(_) => drop(fs::remove_file(self.layout.starts().join(&to))),
        }
        match self.record.get(Kind::Skeleton, from) {
            Some(base) => self.record.set(Kind::Skeleton, &to, base),
            None => self.record.remove(Kind::Skeleton, &to),
        }
        self.former.push(from.to_owned());
        renamed.moved = Some((full, new));
        Ok(())
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
