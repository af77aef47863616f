//! An exercise together with how far it is: what lists, pages and graders get.

use serde::{Deserialize, Serialize};

use super::{Progress, State};
use crate::catalog::{Exercise, Kind};
use crate::runner::Verdict;

/// An exercise and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// `generators/tree-walk`
    pub id: String,
    /// `02-generators`
    pub chapter: String,
    /// For people.
    pub title: String,
    /// What it asks for.
    pub kind: Kind,
    /// How long it takes.
    pub minutes: u32,
    /// The file to edit, from the root of the clone, with forward slashes.
    pub file: String,
    /// Its tests, likewise.
    pub test: String,
    /// How far it is.
    pub state: State,
    /// How many of the three hints were shown.
    pub hints_shown: u8,
    /// What came of its last run, if it was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Standing {
    /// The exercise as the progress file has it.
    pub fn new(exercise: &Exercise, progress: &Progress) -> Self {
        let path = |file: &std::path::Path| {
            format!("work/{}/{}", exercise.folder, file.display()).replace('\\', "/")
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
