//! The progress file, as the server reads and writes it for the pages.

use super::course::Shared;
use super::error::chain;
use super::news;
use crate::catalog::{Catalog, Exercise, Layout};
use crate::progress::{self, Change, Loaded, ProgressError};
use crate::{files, runner, work};

/// Writes one change into the progress file, and tells the pages which exercises are solved.
pub async fn record(course: &Shared, exercise: &Exercise, change: Change) {
    let (layout, id) = (course.layout.clone(), exercise.id.clone());
    let written = wakeful::spawn_blocking(move || progress::record(&layout, &id, change)).await;
    if let Ok(written) = written {
        learn(course, written);
    }
}

/// Reads the progress file again, because a command or another server may have changed it.
pub async fn reread(course: &Shared) {
    // Without its folder, there is no progress to read.
    if !course.layout.is_there() {
        let root = course.layout.root();
        return course.problem(&files::was_moved(root));
    }
    let missing = runner::missing_work(&course.layout);
    if missing.is_some() {
        course.missing_work(missing);
    }
    read(course).await;
}

async fn read(course: &Shared) {
    let (layout, catalog) = (course.layout.clone(), course.board.catalog());
    let passed = course.board.passed();
    let read = wakeful::spawn_blocking(move || load(&layout, &catalog, &passed));
    if let Ok(read) = read.await {
        learn(course, read);
    }
}

/// Reads the progress file after it has changed, and tells every page.
pub async fn follow(course: &Shared) {
    if !course.layout.is_there() {
        return;
    }
    let before = course.board.views(&course.layout);
    read(course).await;
    let after = course.board.views(&course.layout);
    for view in after.iter().filter(|view| !before.contains(view)) {
        course.hub.send("exercise", view);
    }
}

/// Reads the progress file. If a damage has cost the lines of exercises whose tests pass now, writes them again.
fn load(layout: &Layout, catalog: &Catalog, passed: &[Exercise]) -> Result<Loaded, ProgressError> {
    let mut loaded = progress::load_carried(layout, catalog)?;
    let lost = |one: &&Exercise| !loaded.progress.entries.contains_key(&one.id);
    for exercise in passed.iter().filter(lost).collect::<Vec<_>>() {
        let change = Change::by(true, layout, exercise);
        let again = progress::record(layout, &exercise.id, change)?;
        loaded.progress = again.progress;
        loaded.damaged = loaded.damaged.or(again.damaged);
    }
    Ok(loaded)
}

/// Shows what was read, or why it cannot be read.
pub fn learn(course: &Shared, outcome: Result<Loaded, ProgressError>) {
    let loaded = match outcome {
        Ok(loaded) => loaded,
        Err(error) => {
            let why = chain(&error);
            let advice = error
                .advice()
                .map_or_else(String::new, |advice| format!(". Help: {advice}"));
            return course.problem(&format!("cannot keep your progress: {why}{advice}"));
        }
    };
    if let Some(damaged) = loaded.damaged {
        let (told, advice) = (damaged.told(&course.layout), damaged.advice(&course.layout));
        let told = format!("{told}. Help: {advice}.");
        let _ = work::keep_news(&course.layout, &told);
        news::tell(course, &told);
    }
    let before = course.board.solved();
    course.board.set_progress(loaded.progress);
    let solved = course.board.solved();
    if solved != before {
        course
            .hub
            .send("progress", &serde_json::json!({ "solved": solved }));
    }
}
