//! The state of every exercise, as the pages show it, and the task that runs an exercise.
//!
//! A run clears the old verdict, so a page never shows an outdated one. A change during the run
//! starts it again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_channel::{Receiver, Sender};
use futures_util::future::{Either, select};
use serde::Serialize;

use super::{course::Shared, error::chain, progress_file};
use crate::{
    catalog::{Catalog, Exercise, Layout},
    progress::{self, Change, Modules, Progress, State},
    runner::{self, Outcome, RunError, Verdict},
    work::{self, Changes},
};

/// The state of every exercise. See the module's documentation.
pub struct Board(Mutex<Inner>);

struct Inner {
    catalog: Arc<Catalog>,
    progress: Progress,
    runs: BTreeMap<String, Run>,
}

#[derive(Default)]
struct Run {
    verdict: Option<Verdict>,
    /// Tells the running task to start again.
    active: Option<Sender<()>>,
}

/// An exercise, as a page receives it.
#[derive(Debug, PartialEq, Serialize)]
pub struct View {
    id: String,
    chapter: String,
    title: String,
    kind: &'static str,
    minutes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    file: String,
    test: String,
    state: State,
    /// Whether it was solved, also if its tests fail now.
    solved: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    open: bool,
    /// It was solved in an earlier version, and its tests have not passed since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    outdated: bool,
    hints_shown: u8,
    /// The parts that the course changed since the reader began it, until they look at the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
}

impl Board {
    /// A board on which no exercise has run yet.
    pub fn new(catalog: Catalog, progress: Progress) -> Self {
        Self(Mutex::new(Inner {
            catalog: Arc::new(catalog),
            progress,
            runs: BTreeMap::new(),
        }))
    }

    /// The current exercises.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.inner().catalog.clone()
    }

    /// Replaces the exercises after a change.
    pub fn set_catalog(&self, catalog: Catalog) {
        self.inner().catalog = Arc::new(catalog);
    }

    /// Replaces the progress after the progress file was read or written.
    pub fn set_progress(&self, progress: Progress) {
        self.inner().progress = progress;
    }

    /// The exercise with exactly this id.
    pub fn find(&self, id: &str) -> Option<Exercise> {
        self.inner()
            .catalog
            .exercises()
            .find(|exercise| exercise.id == id)
            .cloned()
    }

    /// Whether the exercise is solved.
    pub fn is_solved(&self, id: &str) -> bool {
        self.inner().is_solved(id)
    }

    /// The revision of the files that the verdict belongs to. `None` if there is no verdict or a
    /// run is in progress.
    pub fn revision(&self, id: &str) -> Option<String> {
        let inner = self.inner();
        let run = inner.runs.get(id)?;
        run.active
            .is_none()
            .then(|| run.verdict.as_ref().map(|v| v.revision.clone()))?
    }

    /// Whether the exercise is running or has a verdict.
    pub fn was_tried(&self, id: &str) -> bool {
        self.inner()
            .runs
            .get(id)
            .is_some_and(|run| run.verdict.is_some() || run.active.is_some())
    }

    /// Whether the last verdict is that the exercise does not compile.
    pub fn did_not_build(&self, id: &str) -> bool {
        let inner = self.inner();
        let verdict = inner.runs.get(id).and_then(|run| run.verdict.as_ref());
        verdict.is_some_and(|verdict| verdict.outcome == Outcome::BuildFailed)
    }

    /// Whether the last verdict is that cargo could not build, or that a file is missing. Any file can be the
    /// reason.
    pub fn is_stuck(&self, id: &str) -> bool {
        let inner = self.inner();
        let verdict = inner.runs.get(id).and_then(|run| run.verdict.as_ref());
        verdict.is_some_and(|verdict| {
            matches!(verdict.outcome, Outcome::ManifestBroken | Outcome::Missing)
        })
    }

    /// All exercises, in the order of the book.
    pub fn views(&self, layout: &Layout) -> Vec<View> {
        let inner = self.inner();
        inner
            .catalog
            .exercises()
            .map(|exercise| inner.view(layout, exercise))
            .collect()
    }

    /// How far the reader's runtime is, if the course has one.
    pub fn modules(&self, layout: &Layout) -> Option<Modules> {
        let inner = self.inner();
        Modules::count(layout, &inner.catalog, &inner.progress)
    }

    /// The ids of the solved exercises.
    pub fn solved(&self) -> Vec<String> {
        let inner = self.inner();
        let ids = inner.catalog.exercises().map(|exercise| &exercise.id);
        ids.filter(|id| inner.is_solved(id)).cloned().collect()
    }

    /// The exercises whose tests passed in their last run here.
    pub fn passed(&self) -> Vec<Exercise> {
        let inner = self.inner();
        let has_passed = |one: &&Exercise| {
            let verdict = inner.runs.get(&one.id).and_then(|run| run.verdict.as_ref());
            verdict.is_some_and(Verdict::passed)
        };
        inner
            .catalog
            .exercises()
            .filter(has_passed)
            .cloned()
            .collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // No code panics halfway through a change under this lock, so a poisoned one is still
        // valid.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// If the progress file cannot be written (the disk is full), the verdict of the tests counts.
    fn is_solved(&self, id: &str) -> bool {
        let verdict = self.runs.get(id).and_then(|run| run.verdict.as_ref());
        let filled = self.progress.state(id) == State::Filled;
        self.progress.is_solved(id) || (!filled && verdict.is_some_and(Verdict::passed))
    }

    fn view(&self, layout: &Layout, exercise: &Exercise) -> View {
        let run = self.runs.get(&exercise.id);
        let runs = run.is_some_and(|run| run.active.is_some());
        let verdict = run.filter(|_| !runs).and_then(|run| run.verdict.clone());
        let remembered = self.progress.state(&exercise.id);
        let state = match &verdict {
            _ if runs => State::Running,
            // The newest verdict counts more than the progress file.
            Some(_) if remembered == State::Filled => remembered,
            Some(verdict) if verdict.passed() => State::Solved,
            Some(_) => State::Failing,
            None => remembered,
        };
        View {
            id: exercise.id.clone(),
            chapter: exercise.chapter.clone(),
            title: exercise.title.clone(),
            kind: exercise.kind.name(),
            minutes: exercise.minutes,
            module: exercise.module.clone(),
            file: layout.show(&exercise.path(layout)),
            test: layout.show(&exercise.dir(layout).join(&exercise.test)),
            state,
            solved: self.is_solved(&exercise.id),
            open: verdict.is_none() && progress::is_open_again(layout, exercise, &self.progress),
            outdated: !verdict.as_ref().is_some_and(Verdict::passed)
                && progress::is_outdated(layout, exercise, &self.progress),
            hints_shown: self.progress.hints(&exercise.id),
            changed: progress::changes(layout, exercise, &self.progress).map(Changes::told),
            verdict,
        }
    }
}

/// Sends the state of an exercise to every page.
pub fn announce(course: &Shared, exercise: &Exercise) {
    let view = course.board.inner().view(&course.layout, exercise);
    course.hub.send("exercise", &view);
}

/// Runs an exercise. If it is already running, it starts again.
pub fn run(course: &Shared, exercise: &Exercise) {
    let changed = {
        let mut inner = course.board.inner();
        let run = inner.runs.entry(exercise.id.clone()).or_default();
        if let Some(active) = &run.active {
            // If the channel is full, the task already has the message.
            let _ = active.try_send(());
            return;
        }
        let (sender, changed) = async_channel::bounded(1);
        run.active = Some(sender);
        run.verdict = None;
        changed
    };
    announce(course, exercise);
    drop(wakeful::spawn_local(run_to_end(
        course.clone(),
        exercise.clone(),
        changed,
    )));
}

/// Deletes an exercise's verdict after its files were reset.
pub fn forget(course: &Shared, exercise: &Exercise) {
    if let Some(run) = course.board.inner().runs.get_mut(&exercise.id) {
        run.verdict = None;
    }
}

async fn run_to_end(course: Shared, exercise: Exercise, changed: Receiver<()>) {
    // However this task ends, even by a panic, the exercise does not stay "running".
    let mut end = End {
        course: &course,
        exercise: &exercise,
        verdict: None,
    };
    let mut place = course.jobs.line_up();
    place.turn(|_| {}).await;
    let limits = course.limits.for_exercise(&exercise);
    end.verdict = loop {
        // The run that starts now sees all earlier changes.
        while changed.try_recv().is_ok() {}
        let run = std::pin::pin!(runner::run(&course.layout, &exercise, &limits));
        let again = std::pin::pin!(changed.recv());
        let outcome = match select(run, again).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => continue,
        };
        let verdict = record(&course, &exercise, outcome).await;
        if changed.is_empty() {
            break verdict;
        }
    };
}

async fn record(
    course: &Shared,
    exercise: &Exercise,
    outcome: Result<Verdict, RunError>,
) -> Option<Verdict> {
    let verdict = match outcome {
        Ok(verdict) => verdict,
        // The next change of a file tries again.
        Err(error) if error.is_about_missing(&course.layout.yours()) => return None,
        Err(error) => {
            let advice = error
                .advice()
                .map_or_else(String::new, |advice| format!(". Help: {advice}"));
            course.problem(&format!(
                "cannot run {}: {}{advice}",
                exercise.id,
                chain(&error)
            ));
            return None;
        }
    };
    if verdict.outcome == Outcome::Passed && !verdict.passed() {
        // Other tests than the course's passed, which says nothing about the exercise.
        return Some(verdict);
    }
    let passed = verdict.passed();
    if !passed && !work::is_begun(&course.layout, exercise) {
        // A skeleton that fails is an exercise that the reader has not begun.
        return Some(verdict);
    }
    if !Catalog::still_has(&course.layout, exercise) {
        return None;
    }
    let change = Change::by(passed, &course.layout, exercise);
    progress_file::record(course, exercise, change).await;
    Some(verdict)
}

struct End<'a> {
    course: &'a Shared,
    exercise: &'a Exercise,
    verdict: Option<Verdict>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if let Some(run) = self.course.board.inner().runs.get_mut(&self.exercise.id) {
            run.active = None;
            run.verdict = self.verdict.take();
        }
        announce(self.course, self.exercise);
    }
}
