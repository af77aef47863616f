//! A file changed: the exercise it belongs to runs again, the book is rebuilt.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{board, course::Shared, error::chain};
use crate::{
    catalog::{Catalog, CatalogError, Exercise, Layout},
    progress, runner, terminal,
    watch::Watch,
    work,
};

/// The directories whose files make the book or the exercises.
pub fn directories(course: &Shared) -> Vec<PathBuf> {
    let layout = &course.layout;
    let all = [
        layout.book(),
        layout.chapters(),
        layout.solutions(),
        layout.yours(),
        layout.root().join("runtime"),
    ];
    all.into_iter()
        .filter(|directory| directory.is_dir())
        .collect()
}

/// Follows the changes for ever.
pub async fn follow(course: Shared, mut watch: Watch) {
    loop {
        let changed = watch.next().await;
        for exercise in touched(&course, &changed) {
            // Saved without a change, or already seen by the run that has just ended.
            let now = runner::revision(&course.layout, &exercise).ok();
            if now.is_none() || now != course.board.revision(&exercise.id) {
                board::run(&course, &exercise);
            }
        }
        if changed.iter().any(|path| makes_the_book(&course, path)) {
            rebuild(&course).await;
        }
    }
}

/// Brings `work/` up to date; answers what the reader should know.
pub fn update_work(layout: &Layout, catalog: &Catalog) -> Option<String> {
    match work::update(layout, catalog) {
        Ok(report) => report.told(layout),
        Err(error) => {
            let advice = error
                .advice()
                .map_or_else(String::new, |advice| format!("; {advice}"));
            let why = chain(&error);
            Some(format!(
                "work/ could not be brought up to date: {why}{advice}"
            ))
        }
    }
}

async fn rebuild(course: &Shared) {
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
            board::learn(course, progress);
            if let Some(told) = told {
                terminal::tell(&told);
            }
        }
        Ok(Err(error)) => return course.problem(&chain(&error)),
        Err(_) => {}
    }
    // Also when no page changed: it takes an earlier problem off the pages.
    if let Some(pages) = course.build_book().await {
        course
            .hub
            .send("book", &serde_json::json!({ "pages": pages }));
    }
}

/// What is written by a person, as far as its name tells: not an editor's swap file, no lock file.
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
        && !path.starts_with(layout.yours())
        && !path.starts_with(layout.book().join("book"))
}

/// The exercises that the changed files belong to. A file that several share (`lib.rs`, a
/// manifest) concerns those that were tried; if none was, the first that is not solved. And
/// whatever changes in a chapter concerns those that did not build: all its exercises are one
/// crate, so what kept them from it may have been in the file of another.
fn touched(course: &Shared, changed: &BTreeSet<PathBuf>) -> Vec<Exercise> {
    let layout = &course.layout;
    let catalog = course.board.catalog();
    let mut touched = BTreeSet::new();
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
