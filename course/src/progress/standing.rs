//! An exercise with its progress, for lists, pages and graders.

use serde::{Deserialize, Serialize};

use super::{Progress, State};
use crate::catalog::{Catalog, Exercise, Kind, Layout};
use crate::runner::Verdict;
use crate::skeleton;
use crate::work::{self, Changes, Version};

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
    /// The module of the reader's runtime that it builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The state.
    pub state: State,
    /// Whether its tests have passed since the last reset, by the progress file. The reader can edit
    /// that file.
    pub solved: bool,
    /// Whether the course's own tests pass now, if this command ran them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passes: Option<bool>,
    /// Whether the file has the code of our solution, apart from comments and spaces, if this command ran the
    /// tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_our_code: Option<bool>,
    /// It was solved earlier, but its file is unfinished now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// The course has changed it since it was solved, and its tests have not passed again.
    #[serde(default)]
    pub outdated: bool,
    /// How many of the three hints were shown.
    pub hints_shown: u8,
    /// The result of its last run, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Standing {
    /// The exercise with the progress from the file.
    pub fn new(layout: &Layout, exercise: &Exercise, progress: &Progress) -> Self {
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
            module: exercise.module.clone(),
            state: progress.state(&exercise.id),
            solved: progress.is_solved(&exercise.id),
            passes: None,
            has_our_code: None,
            open: is_open_again(layout, exercise, progress),
            outdated: is_outdated(layout, exercise, progress),
            hints_shown: progress.hints(&exercise.id),
            verdict: None,
        }
    }
}

/// Whether an exercise was solved but its file is unfinished. That happens if the exercise moved and
/// asks for something else now, or if the progress file comes from another clone.
pub fn is_open_again(layout: &Layout, exercise: &Exercise, progress: &Progress) -> bool {
    progress.is_solved(&exercise.id) && skeleton::is_open(layout, exercise)
}

/// Whether the course has changed a solved exercise, and its tests have not passed since. The reader's
/// solution may not do what the new version asks for.
pub fn is_outdated(layout: &Layout, exercise: &Exercise, progress: &Progress) -> bool {
    let now = || Version::of(layout, exercise);
    solved_version(exercise, progress)
        .is_some_and(|version| now().is_some_and(|now| now != version))
}

/// The version that the reader solved last, if the exercise counts as solved.
fn solved_version(exercise: &Exercise, progress: &Progress) -> Option<Version> {
    let entry = progress.entries.get(&exercise.id);
    let solved = entry.filter(|entry| entry.state == State::Solved);
    solved.and_then(|entry| entry.version)
}

/// The changes of an exercise since the reader began it, or last looked. If its tests of today have passed, there
/// are none.
pub fn changes(layout: &Layout, exercise: &Exercise, progress: &Progress) -> Option<Changes> {
    let changes = work::changes(layout, exercise)?;
    let version = solved_version(exercise, progress);
    let is_done = version.is_some() && version == Version::of(layout, exercise);
    (!is_done).then_some(changes)
}

/// An exercise that the reader solved or began, and that the course no longer has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The id that it had.
    pub id: String,
    /// `solved`, `failing` or `filled`.
    pub state: State,
    /// When it came into this state.
    pub date: String,
    /// The exercise that takes its place, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

/// All of them, by id.
pub fn earlier(catalog: &Catalog, progress: &Progress) -> Vec<Earlier> {
    let is_known = |id: &String| catalog.exercises().any(|exercise| exercise.id == *id);
    let is_solved_again = |id: &String| {
        let mut now = catalog.exercises().filter(|one| one.formerly.contains(id));
        now.any(|now| progress.is_solved(&now.id))
    };
    let gone = progress
        .entries
        .iter()
        .filter(|(id, entry)| entry.state != State::Todo && !is_known(id) && !is_solved_again(id));
    gone.map(|(id, entry)| Earlier {
        id: id.clone(),
        state: entry.state,
        date: entry.date.clone(),
        now: catalog
            .exercises()
            .find(|exercise| exercise.formerly.contains(id))
            .map(|exercise| exercise.id.clone()),
    })
    .collect()
}
