//! Work in `exercises/`, which readers edited before there was `work/`.

use std::path::{Path, PathBuf};

use super::record::{Hash, Kind};
use super::report::{Moved, Why};
use super::{State, Update, place};
use crate::files::{self, FileError};
use crate::skeleton::{self, Tree};

/// A file of the reader in `exercises/`.
struct Found {
    /// From the clone's root.
    from: PathBuf,
    content: Vec<u8>,
    /// Its place in `work/` now, if it belongs to an exercise.
    to: Option<PathBuf>,
    /// Why there is no such place.
    why: Why,
}

/// Copies each such file to its place or to `work/earlier/`. The reader is told once about each.
pub(super) fn bring(update: &mut Update, pristine: &Tree) -> Result<(), FileError> {
    for one in changed_in_exercises(update, pristine)? {
        let hash = Hash::of(&one.content);
        if update.record.get(Kind::Brought, &one.from) == Some(hash) {
            continue;
        }
        match one.to.map(|to| (update.state(&to), to)) {
            Some((State::Changed(content), _)) if content == one.content => {}
            Some((State::Missing | State::Current | State::Untouched, to)) => {
                let full = update.layout.yours().join(&to);
                skeleton::put(&full, &one.content)?;
                if let Some(wanted) = update.tree.get(&to) {
                    update.record.set(Kind::Skeleton, &to, Hash::of(wanted));
                }
                update.report.brought.push(Moved {
                    from: update.layout.root().join(&one.from),
                    to: full,
                    why: None,
                });
            }
            there => {
                let why = there.map_or(one.why, |_| Why::Taken);
                set_aside(update, &one.from, &one.content, why)?;
            }
        }
        update.record.set(Kind::Brought, &one.from, hash);
    }
    Ok(())
}

/// Files in `exercises/` that are not as the course made them.
fn changed_in_exercises(update: &mut Update, pristine: &Tree) -> Result<Vec<Found>, FileError> {
    let dir = update.layout.exercises();
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for path in files::walk(&dir, &skeleton::is_not_generated)? {
        // The record has one line for each file. No file of the course has such a name.
        if !is_plain(&path) {
            continue;
        }
        let full = dir.join(&path);
        let content = match files::read_bytes(&full, files::LARGEST) {
            Ok(content) => content,
            // No work of a reader is so large. The file stays where it is.
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => continue,
            Err(error) => return Err(FileError::new("read", full)(error)),
        };
        let hash = Hash::of(&content);
        let from = Path::new("exercises").join(&path);
        if pristine.get(&path) == Some(&content) {
            continue;
        }
        if update.record.get(Kind::Skeleton, &path) == Some(hash) {
            // A skeleton as it was earlier: a maintainer has not generated the new one yet. It is
            // no work of the reader's, also when the record knows only the new one.
            update.record.set(Kind::Brought, &from, hash);
            continue;
        }
        let mut exercises = update.catalog.exercises();
        let now = update.exercise_at(&path);
        let now = now.or_else(|| exercises.find(|exercise| exercise.formerly_at.contains(&path)));
        // A crate with such a file would not compile. The reader has to merge it first.
        let conflict = has_conflict(&content);
        let to = now.map(place).filter(|_| !conflict);
        let why = if conflict {
            Why::Conflict
        } else if pristine.contains_key(&path) {
            Why::Generated
        } else {
            Why::Gone
        };
        found.push(Found {
            from,
            content,
            to,
            why,
        });
    }
    // A file at the exercise's own place comes before one at a place that it had earlier.
    found.sort_by_key(|one| {
        let from = one.from.strip_prefix("exercises").ok();
        one.to.as_deref() != from
    });
    Ok(found)
}

/// Whether a path can stand on a line of text.
pub(super) fn is_plain(path: &Path) -> bool {
    path.to_str()
        .is_some_and(|path| !path.contains(char::is_control))
}

/// Whether git left the marks of a conflict in a file.
fn has_conflict(content: &[u8]) -> bool {
    let mut lines = content.split(|byte| *byte == b'\n');
    lines.any(|line| line.starts_with(b"<<<<<<< "))
        && lines.any(|line| line.starts_with(b">>>>>>> "))
}

/// Copies a file to `work/earlier/`, unless a copy is there already.
pub(super) fn set_aside(
    update: &mut Update,
    from: &Path,
    content: &[u8],
    why: Why,
) -> Result<(), FileError> {
    let path: PathBuf = from.components().skip(1).collect();
    let to = update.layout.earlier().join(path);
    if files::is(&to, content) {
        return Ok(());
    }
    let to = if to.exists() {
        files::keep_copy(&to, content, ".")?
    } else {
        skeleton::put(&to, content)?;
        to
    };
    update.report.earlier.push(Moved {
        from: update.layout.root().join(from),
        to,
        why: Some(why),
    });
    Ok(())
}
