//! The reader's progress: `progress.txt`, a text file that people can read and edit.
//!
//! ```text
//! # wakeful course: progress, one line an exercise
//! generators/tree-walk solved 2026-05-01 hints=1 version=6c62272e07bb0142
//! ```
//!
//! We keep lines with ids that this version does not know. If a line is damaged, we keep a copy of
//! the whole file, go on with the other lines and tell the reader. Every change reads the file again under a lock, so two
//! courses at once keep each other's changes.

mod carry;
mod date;
mod file;
mod modules;
mod next;
mod standing;
#[cfg(test)]
mod tests;
mod update;

pub use carry::load_carried;
pub use modules::{Module, Modules};
pub use next::After;
pub use standing::{Earlier, Standing, changes, earlier, is_open_again, is_outdated};
pub use update::{Updated, update_work};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::catalog::{Exercise, Layout};
use crate::files::{self, FileError};
use crate::terminal::count;
use crate::work::{self, Lost, Version};

/// The state of one exercise. The file never contains `Running`. It only exists for showing the
/// state while tests run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not tried yet.
    #[default]
    Todo,
    /// Tried, but its tests do not pass yet.
    Failing,
    /// Its tests are running.
    Running,
    /// Our solution is in its place: `cargo course fill`.
    Filled,
    /// Its tests passed. A later failure does not change that, but `reset` does.
    Solved,
}

/// The progress of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The state.
    pub state: State,
    /// The day of the last change of the state: `2026-05-01`.
    pub date: String,
    /// How many hints were shown.
    pub hints: u8,
    /// The version of the exercise that the reader solved last.
    #[serde(skip)]
    pub(crate) version: Option<Version>,
    /// Fields of a later version, kept as they are.
    #[serde(skip)]
    pub(crate) extra: Vec<String>,
}

/// The content of the progress file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The entries by exercise id.
    pub entries: BTreeMap<String, Entry>,
    /// Comments of the reader. We keep them below the first line.
    comments: Vec<String>,
}

/// The result of reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The progress of all lines that can be read. Empty if the file does not exist yet.
    pub progress: Progress,
    /// The damage that was repaired, if there was some. The reader must be told.
    pub damaged: Option<Damaged>,
}

/// A damaged progress file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The copy of the file as it was.
    pub kept: PathBuf,
    /// How many lines cannot be read. `None` if it is no text file: a directory, a FIFO, or a file that
    /// is larger than [`files::LARGEST`].
    pub lines: Option<usize>,
}

impl Damaged {
    /// Tells the reader what happened.
    pub fn told(&self, layout: &Layout) -> String {
        let (file, kept) = (layout.show(&layout.progress()), layout.show(&self.kept));
        let Some(lines) = self.lines else {
            return format!(
                "{file} was not a text file with your progress, so the progress starts again. What was there is \
                 kept as {kept}"
            );
        };
        let lines = count(lines, "line");
        format!(
            "cannot read {lines} of {file}. The other lines still count. The file as it was is kept as {kept}"
        )
    }

    /// What the reader can do about it.
    pub fn advice(&self, layout: &Layout) -> String {
        let again = "run `cargo course check` to test all exercises again. What passes counts as solved, and our \
                     solutions of modules count as filled";
        match self.lines {
            Some(_) => {
                let file = layout.show(&layout.progress());
                format!("repair the damaged lines there and copy them to {file}, or {again}")
            }
            None => again.to_owned(),
        }
    }
}

/// One change of the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The tests passed, and this is their version.
    Passed(Option<Version>),
    /// The same with our solution of a module in place. It counts as filled, unless the reader has worked on it
    /// or solved it.
    PassedWithOurs(Option<Version>),
    /// The tests failed with our solution of a module in place, because a module that it uses is not done.
    FailedWithOurs,
    /// The tests failed. A solved exercise stays solved.
    Failed,
    /// Our solution was put in place. A solved exercise stays solved.
    Filled,
    /// The exercise was reset to its skeleton.
    Reset,
    /// This many hints were shown. We keep the largest number.
    Hinted(u8),
}

impl Change {
    /// The change that a run of the tests makes. It looks at the reader's file and not at the progress that this
    /// process knows, because another process may have filled the exercise.
    pub(crate) fn by(passed: bool, layout: &Layout, exercise: &Exercise) -> Self {
        let version = || Version::of(layout, exercise);
        let is_ours = exercise.module.is_some() && work::has_our_code(layout, exercise);
        match passed {
            true if is_ours => Self::PassedWithOurs(version()),
            true => Self::Passed(version()),
            false if is_ours => Self::FailedWithOurs,
            false => Self::Failed,
        }
    }
}

/// Why we cannot read or write the progress.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgressError {
    /// We could not read, write or move the file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another course holds the lock.
    #[error("another course has locked {} and does not release it", path.display())]
    Locked {
        /// The progress file.
        path: PathBuf,
    },
    /// The clone was moved, and parts of its old folder may be there.
    #[error("the course is no longer in {}", root.display())]
    Moved {
        /// The old folder.
        root: PathBuf,
    },
}

impl ProgressError {
    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Locked { path } => Some(format!(
                "end the other `cargo course` (is one stopped in a terminal?), or delete {}",
                file::lock_path(path).display()
            )),
            Self::File(error) => Some(error.advice()),
            Self::Moved { root } => Some(files::was_moved(root)),
        }
    }
}

impl Progress {
    /// The state of an exercise.
    pub fn state(&self, id: &str) -> State {
        self.entries
            .get(id)
            .map(|entry| entry.state)
            .unwrap_or_default()
    }

    /// How many of its hints were shown.
    pub fn hints(&self, id: &str) -> u8 {
        self.entries.get(id).map_or(0, |entry| entry.hints)
    }

    /// Applies one change. Returns whether anything changed.
    pub(crate) fn apply(&mut self, id: &str, change: Change) -> bool {
        let before = self.entries.get(id).cloned();
        let mut entry = before.clone().unwrap_or_default();
        match change {
            Change::PassedWithOurs(_) | Change::FailedWithOurs
                if matches!(entry.state, State::Todo | State::Filled) =>
            {
                entry.state = State::Filled;
            }
            Change::FailedWithOurs => {}
            Change::Passed(version) | Change::PassedWithOurs(version) => {
                entry.state = State::Solved;
                entry.version = version;
            }
            Change::Failed | Change::Filled if entry.state == State::Solved => {}
            Change::Failed if entry.state == State::Filled => {}
            Change::Filled => entry.state = State::Filled,
            Change::Failed => entry.state = State::Failing,
            Change::Reset => {
                entry.state = State::Todo;
                entry.version = None;
            }
            Change::Hinted(n) => entry.hints = entry.hints.max(n),
        }
        let changed = before
            .as_ref()
            .is_none_or(|before| before.state != entry.state);
        if changed || entry.date.is_empty() {
            entry.date = date::today();
        }
        let different = before.as_ref() != Some(&entry);
        if different {
            self.entries.insert(id.to_owned(), entry);
        }
        different
    }

    /// Whether nothing is left to do: it is solved, or filled with our solution.
    pub fn is_done(&self, id: &str) -> bool {
        matches!(self.state(id), State::Solved | State::Filled)
    }

    /// The kind of work that the file of an exercise has in it, by the progress. `None` if it is not begun.
    pub fn lost(&self, id: &str) -> Option<Lost> {
        match self.state(id) {
            State::Solved => Some(Lost::Solved),
            State::Failing => Some(Lost::Begun),
            State::Filled => Some(Lost::Filled),
            State::Todo | State::Running => None,
        }
    }

    /// Whether its tests have passed since the last reset.
    pub fn is_solved(&self, id: &str) -> bool {
        self.state(id) == State::Solved
    }
}

/// Reads the file. A damaged file is repaired and reported.
pub fn load(path: &Path) -> Result<Loaded, ProgressError> {
    let read = file::read(path)?;
    if read.unreadable == 0 {
        return Ok(Loaded {
            progress: read.progress,
            damaged: None,
        });
    }
    // We need the lock only to write the file. By the time we hold it, another course may have
    // repaired it.
    file::locked(path, || file::read_or_repair(path))
}

/// Reads the file, and neither repairs nor reports a damage.
pub(crate) fn peek(path: &Path) -> Result<Progress, ProgressError> {
    file::read(path).map(|read| read.progress)
}

/// Applies one change to the current content of the file, and returns the new content.
pub fn record(layout: &Layout, id: &str, change: Change) -> Result<Loaded, ProgressError> {
    if !layout.is_there() {
        let root = layout.root().to_owned();
        return Err(ProgressError::Moved { root });
    }
    record_in(&layout.progress(), id, change)
}

fn record_in(path: &Path, id: &str, change: Change) -> Result<Loaded, ProgressError> {
    file::locked(path, || {
        let mut loaded = file::read_or_repair(path)?;
        if loaded.progress.apply(id, change) {
            file::write(path, &loaded.progress)?;
        }
        Ok(loaded)
    })
}
