//! An exercise with its progress, for lists, pages and graders.

use serde::{Deserialize, Serialize};

use super::{Progress, State};
use crate::catalog::{Exercise, Kind};
use crate::runner::Verdict;

/// An exercise with its progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// `generators/tree-walk`
    pub id: String,
    /// `02-generators`
    pub chapter: String,
    /// The title for people.
    pub title: String,
    /// The kind of the exercise.
    pub kind: Kind,
    /// How many minutes it takes.
    pub minutes: u32,
    /// The file to edit: the path from the root of the clone, with forward slashes.
    pub file: String,
    /// The test file, in the same form.
    pub test: String,
    /// The state.
    pub state: State,
    /// How many of the three hints were shown.
    pub hints_shown: u8,
    /// The result of its last run, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Standing {
    /// The exercise with the progress from the file.
    pub fn new(exercise: &Exercise, progress: &Progress) -> Self {
        let path = |file: &std::path::Path| {
            format!("exercises/{}/{}", exercise.chapter, file.display()).replace('\\', "/")
        };
        Self {
            id: exercise.id.clone(),
            chapter: exercise.chapter.clone(),
            title: exercise.title.clone(),
            kind: exercise.kind,
            minutes: exercise.minutes,
            file: path(&exercise.file),
            test: path(&exercise.test),
            state: progress.state(&exercise.id),
            hints_shown: progress.hints(&exercise.id),
            verdict: None,
        }
    }
}
