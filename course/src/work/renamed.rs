//! Exercises that have another id or another place than before. The reader's file follows them.
//!
//! We look at all files before the first one moves, because exercises may exchange their files. A file
//! moves by a rename, so that a save at the same moment is moved or stays, and is never lost.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::former::{self, by_name, is_same};
use super::record::{Hash, Kind};
use super::report::{Renamed, Stays};
use super::{State, Update, place};
use crate::catalog::Exercise;
use crate::files::{self, FileError};
use crate::skeleton::{self, YOURS};

/// A file with work of the reader's that an exercise had before.
struct Move<'a> {
    exercise: &'a Exercise,
    /// The position of its news.
    news: usize,
    /// Its place before.
    from: PathBuf,
    /// Where it is at this moment: there, or out of the way of another one.
    at: PathBuf,
    content: Vec<u8>,
    began: Began,
}

/// What the reader began with.
struct Began {
    /// The start version of the file.
    file: Option<Vec<u8>>,
    /// The test, if it had the same name as the file.
    test: Option<String>,
    /// The skeleton that the file was copied from.
    skeleton: Option<Hash>,
}

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
        let catalog = self.catalog;
        let mut waiting = Vec::new();
        for (index, exercise) in catalog.exercises().enumerate() {
            for from in self.former_files(exercise) {
                match self.state(&from) {
                    State::Changed(content) => waiting.push(Move {
                        exercise,
                        news: index,
                        at: from.clone(),
                        began: self.began(&from),
                        from,
                        content,
                    }),
                    state => self.leave_without_work(exercise, &from, &state, &mut news[index])?,
                }
            }
        }
        // A place that becomes free gets the start version of the exercise that has it now.
        for one in waiting
            .iter()
            .filter(|one| self.tree.contains_key(&one.from))
        {
            self.record.remove(Kind::Skeleton, &one.from);
        }
        while !waiting.is_empty() {
            let is_taken = |to: &PathBuf| waiting.iter().any(|one: &Move| one.at == *to);
            let next = waiting
                .iter()
                .position(|one| !is_taken(&place(one.exercise)));
            let Some(next) = next else {
                // Each waits for the place of another one. The first makes room.
                let yours = self.layout.yours();
                let aside = files::set_aside(&yours.join(&waiting[0].at), YOURS)?;
                let aside = aside.strip_prefix(&yours).unwrap_or(&aside);
                aside.clone_into(&mut waiting[0].at);
                continue;
            };
            let next = waiting.remove(next);
            let renamed = &mut news[next.news];
            self.follow(next, renamed)?;
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
        // If it is still in the course, it is another exercise's.
        if self.tree.contains_key(from) {
            return Ok(());
        }
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

    fn follow(&mut self, one: Move, renamed: &mut Renamed) -> Result<(), FileError> {
        let Move {
            exercise,
            from,
            at,
            content,
            began,
            ..
        } = one;
        let to = place(exercise);
        let [full, new] = [&at, &to].map(|path| self.layout.yours().join(path));
        let is_again = self.has_left(exercise, &from);
        if is_again && self.stays_without_news(exercise, &from, &content) {
            return Ok(());
        }
        let was_moved =
            |there: &[u8]| is_again && self.record.get(Kind::Moved, &to) == Some(Hash::of(there));
        // In another package, the old work fits only if the course says so.
        let is_same_package = from.components().next() == to.components().next();
        let stays = if !is_same_package && !exercise.formerly_at.contains(&from) {
            Some(Stays::OtherTask)
        } else {
            match self.state(&to) {
                State::Other => Some(Stays::NoFile),
                State::Changed(there) if there != content => {
                    let is_free =
                        was_moved(&there) || self.is_the_readers_own(exercise, &to, &there);
                    (!is_free).then_some(Stays::BothChanged)
                }
                _ => None,
            }
        };
        if let Some(why) = stays {
            self.stay(exercise, &from, &content, why, renamed);
            return Ok(());
        }
        let is_ours = |there: &[u8]| {
            self.tree.get(&to).is_some_and(|skeleton| skeleton == there)
                || self.record.get(Kind::Skeleton, &to) == Some(Hash::of(there))
                || there == content
                || was_moved(there)
        };
        renamed.kept = former::rename(&full, &new, is_ours)?;
        if !is_again {
            self.move_start(exercise, &from, began)?;
        }
        self.record.set(Kind::Moved, &to, Hash::of(&content));
        self.leave(exercise, &from);
        let before = self.layout.yours().join(&from);
        renamed.copies.extend(former::move_copies(&before, &new)?);
        renamed.again = is_again;
        renamed.moved = Some((before, new));
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

    fn began(&self, from: &Path) -> Began {
        let start = |path: &Path| self.layout.starts().join(path);
        Began {
            file: files::read_bytes(&start(from), files::LARGEST).ok(),
            test: files::read(&start(&former::test_of(from))).ok(),
            skeleton: self.record.get(Kind::Skeleton, from),
        }
    }

    /// The start versions that we compare with move too: the file's, and the test's with the new name of the
    /// module.
    fn move_start(
        &mut self,
        exercise: &Exercise,
        from: &Path,
        began: Began,
    ) -> Result<(), FileError> {
        let to = place(exercise);
        let start = |path: &Path| self.layout.starts().join(path);
        match began.file {
            Some(file) => skeleton::put(&start(&to), &file)?,
            // Without it, `keep_starts` compares with the record.
            None => drop(fs::remove_file(start(&to))),
        }
        if let Some(test) = began.test {
            let path = Path::new(&exercise.folder).join(&exercise.test);
            let renamed = former::with_module(&test, from, &to);
            skeleton::put(&start(&path), renamed.as_bytes())?;
        }
        match began.skeleton {
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
        if !self.tree.contains_key(from) {
            self.former.push(from.to_owned());
        }
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
        let [skeleton, content] = [skeleton, content].map(String::from_utf8_lossy);
        let names = former::defined(&skeleton);
        names.is_empty() || !names.is_disjoint(&former::defined(&content))
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
