//! Progress under ids that exercises had earlier.

use super::{Change, Loaded, Progress, ProgressError, State, file, load};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::{skeleton, work};

/// Progress under an id that an exercise had earlier.
struct Renamed {
    from: String,
    to: String,
    /// The reader's file is at the exercise's place, so what was solved is solved under the new id.
    has_work: bool,
}

/// Reads the progress file and carries what it says of earlier ids over to the ids of today. A module counts
/// as filled no longer if our solution is gone from its file, and as filled again if it is back.
///
/// If the reader's file for the new id is the skeleton, a solved state is not carried over, because
/// the new exercise asks for something else. Its line stays, and the list shows it separately.
pub fn load_carried(layout: &Layout, catalog: &Catalog) -> Result<Loaded, ProgressError> {
    let path = layout.progress();
    let loaded = load(&path)?;
    let renamed = renamed(layout, catalog, &loaded.progress);
    let emptied = emptied(layout, catalog, &loaded.progress);
    let filled = filled_again(layout, catalog, &loaded.progress);
    if renamed.is_empty() && emptied.is_empty() && filled.is_empty() {
        return Ok(loaded);
    }
    file::locked(&path, || {
        let mut again = file::read_or_repair(&path)?;
        let mut changed = carry_over(&mut again.progress, &renamed);
        for id in &emptied {
            changed |= again.progress.state(id) == State::Filled
                && again.progress.apply(id, Change::Reset);
        }
        for id in &filled {
            changed |=
                again.progress.state(id) == State::Todo && again.progress.apply(id, Change::Filled);
        }
        if changed {
            file::write(&path, &again.progress)?;
        }
        again.damaged = loaded.damaged.or(again.damaged);
        Ok(again)
    })
}

/// The earlier ids that the progress file knows.
fn renamed(layout: &Layout, catalog: &Catalog, progress: &Progress) -> Vec<Renamed> {
    let mut renamed = Vec::new();
    for exercise in catalog.exercises() {
        let known = exercise.formerly.iter();
        for from in known.filter(|from| progress.entries.contains_key(*from)) {
            renamed.push(Renamed {
                from: from.clone(),
                to: exercise.id.clone(),
                has_work: !skeleton::is_open(layout, exercise),
            });
        }
    }
    renamed
}

/// The filled modules whose file is unfinished again.
fn emptied(layout: &Layout, catalog: &Catalog, progress: &Progress) -> Vec<String> {
    let filled = |one: &&Exercise| progress.state(&one.id) == State::Filled;
    let exercises = catalog.exercises().filter(filled);
    exercises
        .filter(|one| skeleton::is_open(layout, one))
        .map(|one| one.id.clone())
        .collect()
}

/// The modules with our solution that do not count as filled. The reader has put a copy of their files back, or
/// the progress file was damaged.
fn filled_again(layout: &Layout, catalog: &Catalog, progress: &Progress) -> Vec<String> {
    let open = |one: &&Exercise| one.module.is_some() && progress.state(&one.id) == State::Todo;
    let exercises = catalog.exercises().filter(open);
    exercises
        .filter(|one| !skeleton::is_open(layout, one) && work::has_our_code(layout, one))
        .map(|one| one.id.clone())
        .collect()
}

/// Carries progress over. Returns whether anything changed.
fn carry_over(progress: &mut Progress, renamed: &[Renamed]) -> bool {
    let mut changed = false;
    for Renamed { from, to, has_work } in renamed {
        let Some(old) = progress.entries.get(from).cloned() else {
            continue;
        };
        let before = progress.entries.get(to).cloned();
        let mut new = before.clone().unwrap_or_default();
        let hints = new.hints.max(old.hints);
        let done = matches!(old.state, State::Solved | State::Filled);
        if new.state == State::Todo && (*has_work || !done) {
            progress.entries.remove(from);
            new = old;
        } else if new.date.is_empty() {
            new.date.clone_from(&old.date);
        }
        new.hints = hints;
        if before.as_ref() != Some(&new) {
            progress.entries.insert(to.clone(), new);
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::Entry;
    use super::*;

    fn entry(state: State, hints: u8) -> Entry {
        Entry {
            state,
            hints,
            date: "2026-05-01".into(),
            version: None,
            extra: Vec::new(),
        }
    }

    fn carried(old: Entry, new: Option<Entry>, has_work: bool) -> (Option<Entry>, Option<Entry>) {
        let mut progress = Progress::default();
        progress.entries.insert("a/old".into(), old);
        progress
            .entries
            .extend(new.map(|new| ("a/new".into(), new)));
        let renamed = [Renamed {
            from: "a/old".into(),
            to: "a/new".into(),
            has_work,
        }];
        carry_over(&mut progress, &renamed);
        assert!(!carry_over(&mut progress, &renamed), "once is enough");
        let mut take = |id| progress.entries.remove(id);
        (take("a/old"), take("a/new"))
    }

    #[test]
    fn what_was_solved_under_an_earlier_id_is_solved_where_the_work_is_there() {
        let solved = entry(State::Solved, 2);
        let moved = carried(solved.clone(), None, true);
        assert_eq!(moved, (None, Some(solved.clone())));
        let (old, new) = carried(solved.clone(), None, false);
        assert_eq!(old, Some(solved));
        assert_eq!(new, Some(entry(State::Todo, 2)), "the hints were seen");
    }

    #[test]
    fn progress_under_the_new_id_is_never_taken_back() {
        let (old, new) = carried(entry(State::Solved, 3), Some(entry(State::Solved, 1)), true);
        assert_eq!(old, Some(entry(State::Solved, 3)));
        assert_eq!(new, Some(entry(State::Solved, 3)));
        let (old, new) = carried(entry(State::Failing, 0), None, false);
        assert_eq!((old, new), (None, Some(entry(State::Failing, 0))));
    }
}
