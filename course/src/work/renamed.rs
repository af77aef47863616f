//! Exercises that have another id or another place than before. The reader's file follows them.
//!
//! A file moves by a rename, so that a save at the same moment is moved or stays. The record is saved before,
//! so that the next update knows what it finds if this one is killed. If another exercise has the place now,
//! we do not guess: the reader's file goes to `work/earlier/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::former::{self, by_name, is_same};
use super::record::{Hash, Kind};
use super::report::{Renamed, Stays, Why};
use super::{State, Update, earlier, place};
use crate::catalog::Exercise;
use crate::files::{self, FileError};
use crate::skeleton;

impl Update<'_> {
    /// Moves the reader's file of each renamed exercise to its new place, unless the reader has changed
    /// the file there too.
    pub(super) fn follow_renamed(&mut self) -> Result<(), FileError> {
        let exercises = self.catalog.exercises();
        let mut news: Vec<Renamed> = exercises
            .map(|exercise| Renamed::new(self.former_id(exercise), &exercise.id))
            .collect();
        let followed = self.follow_all(&mut news);
        // The reader hears of each move, also if a later step failed.
        self.report
            .renamed
            .extend(news.into_iter().filter(Renamed::is_news));
        followed
    }

    fn follow_all(&mut self, news: &mut [Renamed]) -> Result<(), FileError> {
        self.clear_taken_places()?;
        let catalog = self.catalog;
        for (exercise, renamed) in catalog.exercises().zip(news) {
            for from in self.former_files(exercise) {
                match self.state(&from) {
                    State::Changed(content) => self.follow(exercise, &from, &content, renamed)?,
                    state => self.leave_without_work(exercise, &from, &state, renamed)?,
                }
            }
        }
        Ok(())
    }

    /// Work on an exercise whose place belongs to another one now: copies it to `work/earlier/`, and puts the
    /// start version of the other one there.
    fn clear_taken_places(&mut self) -> Result<(), FileError> {
        let catalog = self.catalog;
        for exercise in catalog.exercises() {
            let path = place(exercise);
            let is_another_s = |id: &str| !is_same(exercise, id);
            if !self.record.owner(&path).is_some_and(is_another_s) {
                continue;
            }
            let start = self.layout.starts().join(&path);
            if let State::Changed(content) = self.state(&path) {
                let full = self.layout.yours().join(&path);
                earlier::set_aside(
                    self,
                    &Path::new("work").join(&path),
                    &content,
                    Why::Exchanged,
                )?;
                let wanted = self.tree.get(&path).cloned().unwrap_or_default();
                if !files::write_if(&full, &wanted, &|| files::is(&full, &content))? {
                    continue;
                }
                self.record.set(Kind::Skeleton, &path, Hash::of(&wanted));
            }
            // It was another exercise's.
            self.record.remove(Kind::Moved, &path);
            let _ = fs::remove_file(start);
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
        let unowned = by_name
            .chain(earlier)
            .chain(exercise.formerly_at.iter().cloned())
            .filter(|path| self.record.owner(path).is_none());
        let mut files: BTreeSet<PathBuf> = unowned.chain(by_owner).collect();
        // A file of today belongs to another exercise.
        files.retain(|path| *path != now && !self.tree.contains_key(path));
        files
    }

    /// Whether the exercise has left this place in an earlier update.
    fn has_left(&self, exercise: &Exercise, from: &Path) -> bool {
        let owner = self.record.owner(from);
        !owner.is_some_and(|id| is_same(exercise, id))
            && self.record.was_of(from, |id| is_same(exercise, id))
    }

    /// The former place has no work of the reader's.
    fn leave_without_work(
        &mut self,
        exercise: &Exercise,
        from: &Path,
        state: &State,
        renamed: &mut Renamed,
    ) -> Result<(), FileError> {
        let [full, new] = [from, &place(exercise)].map(|path| self.layout.yours().join(path));
        match state {
            State::Untouched => {
                let began = self.record.get(Kind::Skeleton, from);
                let is_ours = |content: &[u8]| Some(Hash::of(content)) == began;
                if !former::remove(&full, is_ours)? {
                    // It was saved just now. The next update sees it.
                    return Ok(());
                }
            }
            State::Other if !self.has_left(exercise, from) => {
                renamed.left = Some((full.clone(), Stays::NoFile));
            }
            _ => {}
        }
        self.leave(exercise, from);
        renamed.copies.extend(former::move_copies(&full, &new)?);
        Ok(())
    }

    fn follow(
        &mut self,
        exercise: &Exercise,
        from: &Path,
        content: &[u8],
        renamed: &mut Renamed,
    ) -> Result<(), FileError> {
        let to = place(exercise);
        let [full, new] = [from, &to].map(|path| self.layout.yours().join(path));
        let is_again = self.has_left(exercise, from);
        if former::is_a_link_to(&full, &new)
            || (is_again && self.stays_without_news(exercise, from, content))
        {
            self.leave(exercise, from);
            return Ok(());
        }
        let was = |kind, path: &Path, there: &[u8]| {
            is_again && self.record.get(kind, path) == Some(Hash::of(there))
        };
        // In another package, the old work fits only if the course says so.
        let is_same_package = from.components().next() == to.components().next();
        let stays = if !is_same_package && !exercise.formerly_at.iter().any(|at| at == from) {
            Some(Stays::OtherTask)
        } else {
            match self.state(&to) {
                State::Other => Some(Stays::NoFile),
                State::Changed(there) if there != content => {
                    let is_free = was(Kind::Moved, &to, &there)
                        || was(Kind::Saved, from, &there)
                        || self.is_the_readers_own(exercise, &to, &there);
                    (!is_free).then_some(Stays::BothChanged)
                }
                _ => None,
            }
        };
        if let Some(why) = stays {
            self.stay(exercise, from, content, why, renamed);
            return Ok(());
        }
        // An older save of the same editor under the same name needs no copy.
        let saved = self.record.get(Kind::Saved, from);
        let began = self.record.get(Kind::Skeleton, &to);
        if !is_again {
            let former = renamed.from.as_deref().unwrap_or(&exercise.id);
            self.move_start(exercise, from, former)?;
        }
        let (kind, key) = if is_again {
            (Kind::Saved, from)
        } else {
            (Kind::Moved, &*to)
        };
        for ours in [Kind::Filled, Kind::FilledCode] {
            if let Some(hash) = self.record.get(ours, from) {
                self.record.set(ours, &to, hash);
            }
        }
        self.record.set(kind, key, Hash::of(content));
        self.record.add_former(from, &exercise.id);
        self.save()?;
        let is_ours = |there: &[u8]| {
            let hash = Some(Hash::of(there));
            let is_skeleton = self.tree.get(&to).is_some_and(|skeleton| skeleton == there);
            is_skeleton || hash == began || there == content || (is_again && hash == saved)
        };
        renamed.kept = former::rename(&full, &new, is_ours)?;
        renamed.again = is_again;
        renamed.moved = Some((full.clone(), new.clone()));
        // It may have been saved since we read it.
        if let Ok(now) = files::read_bytes(&new, files::LARGEST) {
            self.record.set(kind, key, Hash::of(&now));
        }
        self.leave(exercise, from);
        renamed.copies.extend(former::move_copies(&full, &new)?);
        Ok(())
    }

    /// Whether a file in a former place is not to be moved, and the reader need not hear of it: they have been
    /// told of this version, or it has nothing to do with the exercise.
    fn stays_without_news(&self, exercise: &Exercise, from: &Path, content: &[u8]) -> bool {
        match self
            .record
            .get(Kind::Brought, &Path::new("work").join(from))
        {
            Some(told) => told == Hash::of(content),
            None => !self.resembles(exercise, content),
        }
    }

    /// The start versions that we compare with move too, with the new id and the new name of the module.
    fn move_start(
        &mut self,
        exercise: &Exercise,
        from: &Path,
        former: &str,
    ) -> Result<(), FileError> {
        let to = place(exercise);
        let start = |path: &Path| self.layout.starts().join(path);
        match files::read_bytes(&start(from), files::LARGEST) {
            Ok(began) => {
                let began = String::from_utf8_lossy(&began).replace(former, &exercise.id);
                skeleton::put(&start(&to), began.as_bytes())?;
            }
            // Without it, `keep_starts` compares with the record.
            Err(_) => drop(fs::remove_file(start(&to))),
        }
        let test = Path::new(&exercise.folder).join(&exercise.test);
        if let Ok(began) = files::read(&start(&former::test_of(from))) {
            let renamed = former::with_module(&began, from, &to);
            skeleton::put(&start(&test), renamed.as_bytes())?;
        }
        match self.record.get(Kind::Skeleton, from) {
            Some(base) => self.record.set(Kind::Skeleton, &to, base),
            None => self.record.remove(Kind::Skeleton, &to),
        }
        Ok(())
    }

    /// The reader's file is not moved. The reader is told once about each version of it.
    fn stay(
        &mut self,
        exercise: &Exercise,
        from: &Path,
        content: &[u8],
        why: Stays,
        renamed: &mut Renamed,
    ) {
        let name = Path::new("work").join(from);
        let hash = Hash::of(content);
        if self.record.get(Kind::Brought, &name) != Some(hash) {
            self.record.set(Kind::Brought, &name, hash);
            renamed.left = Some((self.layout.yours().join(from), why));
        }
        self.leave(exercise, from);
    }

    /// Remembers that an exercise has left this place.
    fn leave(&mut self, exercise: &Exercise, from: &Path) {
        self.record.add_former(from, &exercise.id);
        self.former.push(from.to_owned());
    }

    /// Whether a changed file at the place of an exercise has nothing to do with the exercise: we never put
    /// one there, and it defines nothing that the exercise asks for.
    pub(super) fn is_the_readers_own(
        &self,
        exercise: &Exercise,
        path: &Path,
        content: &[u8],
    ) -> bool {
        !self.report.first
            && self.record.get(Kind::Skeleton, path).is_none()
            && self.record.get(Kind::Moved, path).is_none()
            && !self.record.was_of(path, |id| is_same(exercise, id))
            && !self.resembles(exercise, content)
    }

    /// Whether a file defines something that the exercise's start version defines.
    fn resembles(&self, exercise: &Exercise, content: &[u8]) -> bool {
        let Some(skeleton) = self.tree.get(&place(exercise)) else {
            return false;
        };
        // The reader may have followed a new name of an item.
        let there =
            files::read_bytes(&exercise.path(self.layout), files::LARGEST).unwrap_or_default();
        let [skeleton, there, content] = [skeleton, &there, content].map(String::from_utf8_lossy);
        let asked = former::defined(&skeleton);
        let yours = former::defined(&content);
        let shares = |names: &BTreeSet<&str>| {
            names
                .iter()
                .any(|name| yours.contains(name) && *name != "new")
        };
        let others = asked.iter().filter(|name| **name != "new").count();
        others == 0 || shares(&asked) || (content != there && shares(&former::defined(&there)))
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
        self.record.remove(Kind::Filled, path);
        self.record.remove(Kind::FilledCode, path);
        // A leftover costs only its space.
        let _ = fs::remove_file(self.layout.starts().join(path));
    }
}
