//! What comes after an exercise: the next one, or the end of a part or of the whole book.

use super::Progress;
use crate::catalog::{Catalog, Exercise, Part};

/// What comes after an exercise that is solved.
#[derive(Debug)]
pub struct After<'a> {
    /// The next exercise that is not done. `None` if all are done.
    pub next: Option<&'a Exercise>,
    /// The part that the exercise belongs to, if all exercises of this part are done.
    pub part: Option<&'a Part>,
}

impl Progress {
    /// What comes after this exercise.
    pub fn after<'a>(&self, catalog: &'a Catalog, exercise: &Exercise) -> After<'a> {
        let part = catalog.outline.part_of(&exercise.chapter);
        let done = |part: &&Part| {
            let mut own = catalog.exercises().filter(|one| part.has(&one.chapter));
            own.all(|one| self.is_done(&one.id))
        };
        After {
            next: self.next_after(catalog, Some(&exercise.id)),
            part: part.filter(done),
        }
    }

    /// The first exercise after this one that is not done. After the last one, the search goes on at the
    /// first. `None` if all are done.
    pub fn next_after<'a>(&self, catalog: &'a Catalog, id: Option<&str>) -> Option<&'a Exercise> {
        let all: Vec<&Exercise> = catalog.exercises().collect();
        let at = id.and_then(|id| all.iter().position(|exercise| exercise.id == id));
        let (before, after) = all.split_at(at.map_or(0, |at| at + 1));
        let mut round = after.iter().chain(before);
        round.find(|exercise| !self.is_done(&exercise.id)).copied()
    }
}
