//! What the reader has solved: `progress.txt`, plain text that can be read and mended by hand.
//!
//! ```text
//! # wakeful course: progress, one line an exercise
//! generators/tree-walk solved 2026-05-01 hints=1
//! ```
//!
//! Lines of ids that this version does not know are kept. A file that makes no
//! sense is moved aside and said so, never overwritten. Every change reads the
//! file again under a lock, so two courses at once lose nothing of each other's.

mod carry;
mod date;
mod file;
mod standing;
#[cfg(test)]
mod tests;

pub use carry::load_carried;
pub use standing::{Earlier, Modules, Standing, earlier, is_open_again};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files::FileError;

/// How far one exercise is. `Running` is never written to the file: it is for
/// those who show the state while tests run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not tried yet.
    #[default]
    Todo,
    /// Tried; its tests do not pass yet.
    Failing,
    /// Its tests are running.
    Running,
    /// Our solution is in its place: `cargo course fill`.
    Filled,
    /// Its tests passed. A later red run does not take that away; `reset` does.
    Solved,
}

/// What is remembered about one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How far it is.
    pub state: State,
    /// The day of the last change of state, `2026-05-01`.
    pub date: String,
    /// How many hints were shown.
    pub hints: u8,
    /// Fields that a later version wrote; kept as they are.
    #[serde(skip)]
    pub(crate) extra: Vec<String>,
}

/// The progress file's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// By exercise id.
    pub entries: BTreeMap<String, Entry>,
    /// Lines that the reader added as comments; kept, below the first line.
    comments: Vec<String>,
}

/// What was read, and where a damaged file went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The progress; empty if the file was damaged or is not there yet.
    pub progress: Progress,
    /// A damaged file was moved here: tell the reader.
    pub damaged: Option<PathBuf>,
}

/// One change to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The tests passed.
    Passed,
    /// They did not; a solved exercise stays solved.
    Failed,
    /// Our solution was put in place, or its tests passed with it; a solved exercise stays solved.
    Filled,
    /// The exercise was put back to its skeleton.
    Reset,
    /// This many hints were shown (the largest number ever is kept).
    Hinted(u8),
}

/// Why progress could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgressError {
    /// The file could not be read, written or set aside.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another course holds the lock.
    #[error("{} is being written by another course and stays so", path.display())]
    Locked {
        /// The progress file.
        path: PathBuf,
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
            Self::File(error) => Some(format!(
                "see to it that {} can be read and written, and that the disk is not full",
                error.path.display()
            )),
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

    /// Applies one change; tells whether that changed anything.
    pub(crate) fn apply(&mut self, id: &str, change: Change) -> bool {
        let before = self.entries.get(id).cloned();
        let mut entry = before.clone().unwrap_or_default();
        match change {
            Change::Passed => entry.state = State::Solved,
            Change::Failed | Change::Filled if entry.state == State::Solved => {}
            Change::Failed if entry.state == State::Filled => {}
            Change::Filled => entry.state = State::Filled,
            Change::Failed => entry.state = State::Failing,
            Change::Reset => entry.state = State::Todo,
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

    /// What a run of the tests means for the exercise.
    pub(crate) fn change_by(&self, id: &str, passed: bool, ours: bool) -> Change {
        match passed {
            true if ours && self.state(id) == State::Filled => Change::Filled,
            true => Change::Passed,
            false => Change::Failed,
        }
    }

    /// Whether its tests ever passed since the last reset.
    pub fn is_solved(&self, id: &str) -> bool {
        self.state(id) == State::Solved
    }
}

/// Reads the file; one that is damaged is moved aside and said so.
pub fn load(path: &Path) -> Result<Loaded, ProgressError> {
    match file::read(path)? {
        file::Read::Fine(progress) => Ok(Loaded {
            progress,
            damaged: None,
        }),
        // Only to move it aside is the lock needed; and by the time we hold it,
        // another course may have done so already.
        file::Read::Damaged => file::locked(path, || file::read_or_set_aside(path)),
    }
}

/// Makes one change, on top of whatever the file says by now; returns the new content.
pub fn record(path: &Path, id: &str, change: Change) -> Result<Loaded, ProgressError> {
    file::locked(path, || {
        let mut loaded = file::read_or_set_aside(path)?;
        if loaded.progress.apply(id, change) {
            file::write(path, &loaded.progress)?;
        }
        Ok(loaded)
    })
}
