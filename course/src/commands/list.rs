//! `cargo course list`: lists the exercises and the reader's progress.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use super::CommandError;
use super::session::{Session, print, print_json};
use crate::catalog::{Catalog, Layout};
use crate::progress::{Progress, Standing, State};
use crate::terminal::Paint;

#[derive(Serialize)]
struct Listed {
    exercises: Vec<Standing>,
    solved: usize,
}

/// Lists the exercises.
pub fn run(layout: &Layout, json: bool) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    if json {
        let exercises: Vec<_> = session
            .catalog
            .exercises()
            .map(|exercise| Standing::new(exercise, &session.progress))
            .collect();
        let solved = exercises
            .iter()
            .filter(|exercise| exercise.state == State::Solved)
            .count();
        print_json(&Listed { exercises, solved })?;
    } else {
        print(&table(
            &session.catalog,
            &session.progress,
            Paint::for_stdout(),
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The table of exercises.
pub(super) fn table(catalog: &Catalog, progress: &Progress, paint: Paint) -> String {
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
                State::Failing => paint.red("failing"),
                State::Todo | State::Running => paint.dim("todo   "),
            };
            let _ = write!(
                out,
                "  {state}  {:width$}  {:6}  {:>3} min  {}",
                exercise.id,
                exercise.kind.name(),
                exercise.minutes,
                exercise.title
            );
            let hints = progress.hints(&exercise.id);
            if hints > 0 {
                let _ = write!(out, "  {}", paint.dim(&format!("(hints: {hints} of 3)")));
            }
            out.push('\n');
        }
        out.push('\n');
    }
    let all = catalog.exercises().count();
    let solved = catalog
        .exercises()
        .filter(|exercise| progress.is_solved(&exercise.id))
        .count();
    let _ = writeln!(out, "{solved} of {all} solved");
    if let Some(next) = catalog
        .exercises()
        .find(|exercise| !progress.is_solved(&exercise.id))
    {
        let file = format!("exercises/{}/{}", next.chapter, next.file.display());
        let _ = writeln!(out, "next: {}, in {file}", paint.bold(&next.id));
    }
    out
}
