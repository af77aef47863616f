//! `cargo course list`: lists the exercises and the reader's progress.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use super::CommandError;
use super::session::{Session, print, print_json};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files;
use crate::progress::{self, Earlier, Modules, Progress, Standing, State};
use crate::terminal::{Paint, prose, wrapped};

#[derive(Serialize)]
struct Listed {
    exercises: Vec<Standing>,
    solved: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<Modules>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<Earlier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed: Vec<String>,
}

/// Lists the exercises.
pub fn run(layout: &Layout, json: bool) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    if json {
        let exercises: Vec<_> = session
            .catalog
            .exercises()
            .map(|exercise| Standing::new(layout, exercise, &session.progress))
            .collect();
        let solved = exercises
            .iter()
            .filter(|exercise| exercise.state == State::Solved)
            .count();
        print_json(&Listed {
            exercises,
            solved,
            runtime: Modules::count(layout, &session.catalog, &session.progress),
            earlier: progress::earlier(&session.catalog, &session.progress),
            changed: session
                .catalog
                .exercises()
                .filter(|exercise| progress::changes(layout, exercise, &session.progress).is_some())
                .map(|exercise| exercise.id.clone())
                .collect(),
        })?;
    } else {
        print(&table(&session, Paint::for_stdout()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The table of exercises.
pub(super) fn table(session: &Session, paint: Paint) -> String {
    let (catalog, progress) = (&session.catalog, &session.progress);
    let width = catalog
        .exercises()
        .map(|exercise| exercise.id.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for chapter in catalog
        .chapters
        .iter()
        .filter(|chapter| !chapter.exercises.is_empty())
    {
        let _ = writeln!(out, "{}", paint.bold(&chapter.dir));
        for exercise in &chapter.exercises {
            let state = match progress.state(&exercise.id) {
                State::Solved => paint.green("solved "),
                State::Filled => paint.yellow("filled "),
                State::Failing => paint.red("failing"),
                State::Todo | State::Running => paint.dim("todo   "),
            };
            let mut row = format!(
                "  {state}  {:width$}  {:6}  {:>3} min  {}",
                exercise.id,
                exercise.kind.name(),
                exercise.minutes,
                exercise.title
            );
            let hints = progress.hints(&exercise.id);
            if hints > 0 {
                let _ = write!(row, "  {}", paint.dim(&format!("(hints: {hints} of 3)")));
            }
            for mark in marks(session, exercise) {
                let _ = write!(row, "  {}", paint.yellow(&mark));
            }
            // The rest of a wrapped row starts below the id.
            let _ = writeln!(out, "{}", wrapped(&row, 0, "  solved   ".len()));
        }
        out.push('\n');
    }
    out.push_str(&no_longer(catalog, progress, paint));
    let is_open = |one: &Exercise| progress::is_open_again(session.layout, one, progress);
    if let Some(modules) = Modules::count(session.layout, catalog, progress) {
        let _ = write!(
            out,
            "your runtime: {} of {} modules",
            modules.solved, modules.all
        );
        if modules.filled > 0 {
            let _ = write!(out, ", and {} filled with our solution", modules.filled);
        }
        let own = catalog.exercises().filter(|one| one.module.is_some());
        let unfinished = own.filter(|one| is_open(one)).count();
        if unfinished > 0 {
            let _ = write!(out, ", and {unfinished} solved earlier but unfinished now");
        }
        out.push('\n');
        if let Some(abilities) = modules.abilities() {
            let _ = writeln!(out, "your runtime can: {abilities}");
        }
    }
    let all = catalog.exercises().count();
    let solved = catalog
        .exercises()
        .filter(|exercise| progress.is_solved(&exercise.id))
        .count();
    let _ = write!(out, "{solved} of {all} solved");
    let is_outdated = |one: &&Exercise| progress::is_outdated(session.layout, one, progress);
    let buts = [
        match catalog.exercises().filter(|one| is_open(one)).count() {
            0 => None,
            1 => Some("1 of them has an unfinished file now".to_owned()),
            open => Some(format!("{open} of them have unfinished files now")),
        },
        match catalog.exercises().filter(is_outdated).count() {
            0 => None,
            1 => Some("1 of them has changed since you solved it".to_owned()),
            changed => Some(format!(
                "{changed} of them have changed since you solved them"
            )),
        },
    ];
    for (but, link) in buts.into_iter().flatten().zip([", but ", ", and "]) {
        let _ = write!(out, "{link}{but}");
    }
    let earlier = progress::earlier(catalog, progress);
    let solved = earlier.iter().filter(|one| one.state == State::Solved);
    match solved.count() {
        0 => {}
        1 => out.push_str(", and 1 that is no longer in the course"),
        gone => {
            let _ = write!(out, ", and {gone} that are no longer in the course");
        }
    }
    out.push('\n');
    if let Some(next) = progress.next_after(catalog, None) {
        let file = format!("work/{}/{}", next.folder, next.file.display());
        let _ = writeln!(out, "next: {}, in {file}", paint.bold(&next.id));
    }
    prose(&out)
}

/// The marks behind an exercise in the list, each in parentheses.
fn marks(session: &Session, exercise: &Exercise) -> Vec<String> {
    let (layout, id) = (session.layout, &exercise.id);
    let mut marks = Vec::new();
    let path = exercise.path(layout);
    match std::fs::metadata(&path) {
        Err(error)
            if error.kind() == std::io::ErrorKind::NotFound
                && layout.yours().is_dir()
                && !path.is_symlink()
                && files::in_the_way(&path).is_none() =>
        {
            marks.push(format!("(its file is missing: `cargo course reset {id}`)"));
        }
        Ok(there) if there.is_file() => {}
        // One message for all of them is enough.
        _ if !layout.yours().is_dir() => {}
        _ => marks.push("(its file cannot be read)".to_owned()),
    }
    if progress::is_open_again(layout, exercise, &session.progress) {
        marks.push("(solved earlier, but the file is unfinished)".to_owned());
    }
    if progress::changes(layout, exercise, &session.progress).is_some() {
        marks.push(format!("(changed: `cargo course diff --skeleton {id}`)"));
    } else if progress::is_outdated(layout, exercise, &session.progress) {
        marks.push(format!(
            "(changed since you solved it: `cargo course check {id}`)"
        ));
    }
    marks
}

/// The exercises that the reader solved or began, and that the course no longer has.
fn no_longer(catalog: &Catalog, progress: &Progress, paint: Paint) -> String {
    let mut out = String::new();
    for earlier in progress::earlier(catalog, progress) {
        let Earlier {
            id,
            state,
            date,
            now,
        } = earlier;
        if out.is_empty() {
            let _ = writeln!(out, "{}", paint.bold("no longer in the course"));
        }
        let state = match state {
            State::Solved => "solved",
            State::Filled => "filled",
            _ => "begun",
        };
        let _ = write!(out, "  {id}, {state} on {date}");
        if let Some(now) = now {
            let _ = write!(out, "; {now} takes its place");
        }
        out.push('\n');
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
