//! Modules of the reader's runtime that are filled with our solution. As long as the reader does not change
//! such a file, an update replaces it with our solution of today.

use std::path::PathBuf;

use super::changes::forget_look;
use super::record::{Hash, Kind, Record};
use super::{RECORD, State, Update, forget_news, lock, place};
use crate::catalog::{Exercise, Layout};
use crate::files::{self, FileError};
use crate::skeleton::{self, SkeletonError};

/// Writes our solution to the reader's file. Returns the path of the reader's version, if there was one.
///
/// # Errors
/// If the solution or the reader's file cannot be read, or the reader's file cannot be written.
pub fn fill(layout: &Layout, exercise: &Exercise) -> Result<Option<PathBuf>, SkeletonError> {
    let kept = skeleton::fill(layout, exercise)?;
    let ours = skeleton::our_solution(layout, exercise)?;
    let path = layout.yours().join(RECORD);
    // If the record cannot be written, the next update tells that the module has changed.
    if let Ok(_lock) = lock(&layout.yours().join(".lock"))
        && let Ok(Some(mut record)) = Record::load(&path)
    {
        set_filled(&mut record, exercise, &ours);
        let _ = record.save(&path);
    }
    forget_look(layout, exercise);
    forget_news(layout, &exercise.id);
    Ok(kept)
}

/// Whether the reader's file has the code of our solution of today, or of the one that filled it. Comments and
/// spaces may be different.
pub fn has_our_code(layout: &Layout, exercise: &Exercise) -> bool {
    let yours = files::read(&exercise.path(layout)).ok();
    let Some(yours) = yours.and_then(|text| skeleton::code(&text)) else {
        return false;
    };
    let ours = skeleton::our_solution(layout, exercise).ok();
    if ours.and_then(|text| skeleton::code(&text)).as_ref() == Some(&yours) {
        return true;
    }
    let record = Record::load(&layout.yours().join(RECORD)).ok().flatten();
    let filled = record.and_then(|record| record.get(Kind::FilledCode, &place(exercise)));
    filled == Some(Hash::of(yours.as_bytes()))
}

fn set_filled(record: &mut Record, exercise: &Exercise, solution: &str) {
    let path = place(exercise);
    record.set(Kind::Filled, &path, Hash::of(solution.as_bytes()));
    if let Some(code) = skeleton::code(solution) {
        record.set(Kind::FilledCode, &path, Hash::of(code.as_bytes()));
    }
}

impl Update<'_> {
    /// Replaces our earlier solutions that the reader has not changed.
    pub(super) fn follow_solutions(&mut self) -> Result<(), FileError> {
        let catalog = self.catalog;
        for exercise in catalog.exercises().filter(|one| one.module.is_some()) {
            // A solution that cannot be read is reported where it is used.
            let Ok(now) = skeleton::our_solution(self.layout, exercise) else {
                continue;
            };
            let Some(ours) = self.untouched_solution(exercise) else {
                continue;
            };
            let path = place(exercise);
            let full = self.layout.yours().join(&path);
            if ours != Hash::of(now.as_bytes()) {
                let is_still = || {
                    files::read_bytes(&full, files::LARGEST).is_ok_and(|it| ours == Hash::of(&it))
                };
                if !files::write_if(&full, now.as_bytes(), &is_still)? {
                    continue;
                }
                self.report.filled_again.push(exercise.id.clone());
            }
            set_filled(&mut self.record, exercise, &now);
            if let Some(skeleton) = self.tree.get(&path) {
                let skeleton = Hash::of(skeleton);
                self.record.set(Kind::Skeleton, &path, skeleton);
            }
        }
        Ok(())
    }

    /// The hash of the solution in an exercise's file, if `fill` or an update wrote it and the reader has not
    /// changed it.
    pub(super) fn untouched_solution(&self, exercise: &Exercise) -> Option<Hash> {
        let path = place(exercise);
        let filled = self.record.get(Kind::Filled, &path)?;
        let State::Changed(content) = self.state(&path) else {
            return None;
        };
        let now = Hash::of(&content);
        // An update that was killed may have written the file and not the record.
        let is_of_today = || {
            let solution = skeleton::our_solution(self.layout, exercise);
            solution.is_ok_and(|solution| solution.as_bytes() == content)
        };
        (now == filled || is_of_today()).then_some(now)
    }
}
