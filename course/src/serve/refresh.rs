//! Reacts to changed files: runs their exercise again and rebuilds the book.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{board, course::Shared, error::chain, news, progress_file};
use crate::{
    catalog::{Catalog, CatalogError, Exercise, Layout},
    progress, runner, terminal,
    watch::Watch,
    work,
};

/// The directories with the files of the book and of the exercises.
pub fn directories(course: &Shared) -> Vec<PathBuf> {
    let layout = &course.layout;
    let course_s = [
        layout.book(),
        layout.chapters(),
        layout.solutions(),
        layout.root().join("runtime"),
    ];
    let reader_s = course.board.catalog().work_dirs(layout);
    course_s
        .into_iter()
        .chain(reader_s)
        .filter(|directory| directory.is_dir())
        .collect()
}

/// Follows the changes until the server ends.
pub async fn follow(course: Shared, mut watch: Watch) {
    let (mut is_restored, mut is_missing) = (false, false);
    loop {
        let changed = if is_restored {
            let Ok(changed) = wakeful::time::timeout(work::COPY, watch.next()).await else {
                is_restored = false;
                catch_up(&course).await;
                continue;
            };
            changed
        } else {
            watch.next().await
        };
        // The reader may be putting back a copy of work/. We wait until it is complete.
        is_restored |= work::has_record(&course.layout, &changed);
        let missing = runner::missing_work(&course.layout).filter(|_| course.layout.is_there());
        if missing.is_some() != is_missing {
            is_missing = missing.is_some();
            if let Some(told) = &missing {
                terminal::complain(told);
            }
            course.missing_work(missing);
        }
        for exercise in touched(&course, &changed) {
            // The file was saved without a change, or the last run has already seen this change.
            let now = runner::revision(&course.layout, &exercise).ok();
            let is_new = now.is_none() || now != course.board.revision(&exercise.id);
            if is_new || course.board.is_stuck(&exercise.id) {
                board::run(&course, &exercise);
            }
        }
        if changed.contains(&course.layout.progress()) {
            progress_file::follow(&course).await;
        }
        if changed.iter().any(|path| makes_the_book(&course, path)) {
            rebuild(&course).await;
        } else if changed.contains(&work::news_file(&course.layout)) {
            news::announce(&course);
        } else if !is_restored && work::has_former(&course.layout, &changed) {
            // An editor still has the file of a renamed exercise open.
            catch_up(&course).await;
        }
    }
}

/// Brings `work/` up to date; answers what the reader should know.
pub fn update_work(layout: &Layout, catalog: &Catalog) -> Option<String> {
    let progress = progress::peek(&layout.progress()).unwrap_or_default();
    let progress::Updated { told, failed, .. } = progress::update_work(layout, catalog, &progress);
    let failed = failed.map(|error| {
        let advice = error
            .advice()
            .map_or_else(String::new, |advice| format!("; {advice}"));
        let why = chain(&error);
        format!("work/ could not be brought up to date: {why}{advice}")
    });
    let told: Vec<String> = told.into_iter().chain(failed).collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

/// Reads the course again, brings `work/` up to date, and tells the reader. Returns whether the course can be
/// read.
async fn catch_up(course: &Shared) -> bool {
    let layout = course.layout.clone();
    let loaded = wakeful::spawn_blocking(move || {
        let catalog = Catalog::load(&layout)?;
        let told = update_work(&layout, &catalog);
        let progress = progress::load_carried(&layout, &catalog);
        Ok::<_, CatalogError>((catalog, told, progress))
    });
    match loaded.await {
        Ok(Ok((catalog, told, progress))) => {
            course.board.set_catalog(catalog);
            progress_file::learn(course, progress);
            match told {
                Some(told) => news::tell(course, &told),
                // Another `cargo course` may have made the update.
                None => news::announce(course),
            }
            true
        }
        Ok(Err(error)) => {
            course.problem(&chain(&error));
            false
        }
        // The panic is in the terminal.
        Err(_) => true,
    }
}

async fn rebuild(course: &Shared) {
    if !catch_up(course).await {
        return;
    }
    // Send this even if no page changed, because it removes an earlier problem from the pages.
    if let Some(pages) = course.build_book().await {
        course
            .hub
            .send("book", &serde_json::json!({ "pages": pages }));
    }
}

/// Whether a person wrote the file, judging by its name. Swap files and lock files do not count.
fn is_written(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    !name.starts_with('.')
        && !name.ends_with('~')
        && !matches!(&*extension, "swp" | "swx" | "tmp" | "lock" | "orig")
}

fn makes_the_book(course: &Shared, path: &Path) -> bool {
    let layout = &course.layout;
    is_written(path)
        && *path != layout.progress()
        && !path.starts_with(layout.yours())
        && !path.starts_with(layout.book().join("book"))
}

/// Finds the exercises that the changed files belong to. A shared file (`lib.rs`, a manifest)
/// belongs to all exercises that were tried, or else to the first unsolved one. Any change in a
/// chapter also counts for its exercises that did not compile. All of them share one crate, so the
/// error may have been in the file of another exercise.
fn touched(course: &Shared, changed: &BTreeSet<PathBuf>) -> Vec<Exercise> {
    let layout = &course.layout;
    let catalog = course.board.catalog();
    let mut touched = BTreeSet::new();
    let yours = layout.yours();
    let may_help = |path: &PathBuf| {
        path.starts_with(&yours) && (is_code(path) || path.ends_with("Cargo.lock"))
    };
    if changed.iter().any(may_help) {
        let stuck = catalog.exercises().filter(|e| course.board.is_stuck(&e.id));
        touched.extend(stuck.map(|exercise| exercise.id.clone()));
    }
    for path in changed.iter().filter(|path| is_code(path)) {
        let Some(member) = catalog
            .crates
            .iter()
            .find(|c| path.starts_with(layout.yours().join(&c.folder)))
        else {
            continue;
        };
        let exercises = || catalog.in_folder(&member.folder);
        let stuck = exercises().filter(|e| course.board.did_not_build(&e.id));
        touched.extend(stuck.map(|exercise| exercise.id.clone()));
        let own = |e: &&Exercise| *path == e.path(layout) || *path == e.dir(layout).join(&e.test);
        if let Some(exercise) = exercises().find(own) {
            touched.insert(exercise.id.clone());
            // The tests of later modules run this module's code.
            let users = exercises().filter(|e| e.uses.contains(&exercise.id));
            let tried = users.filter(|e| course.board.was_tried(&e.id));
            touched.extend(tried.map(|user| user.id.clone()));
            continue;
        }
        let tried: Vec<_> = exercises()
            .filter(|e| course.board.was_tried(&e.id))
            .collect();
        let next = || exercises().find(|e| !course.board.is_solved(&e.id));
        let concerned = if tried.is_empty() {
            next().into_iter().collect()
        } else {
            tried
        };
        touched.extend(concerned.iter().map(|exercise| exercise.id.clone()));
    }
    catalog
        .exercises()
        .filter(|exercise| touched.contains(&exercise.id))
        .cloned()
        .collect()
}

fn is_code(path: &Path) -> bool {
    is_written(path)
        && path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "toml")
}
