//! `cargo course reset`: resets an exercise and keeps the reader's version.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::CommandError;
use super::session::{Session, print};
use crate::catalog::{Exercise, Layout};
use crate::progress::Change;
use crate::skeleton;

/// Resets one exercise.
pub fn run(layout: &Layout, id: &str) -> Result<ExitCode, CommandError> {
    let mut session = Session::open(layout)?;
    let exercise = session.catalog.exercise(id)?.clone();
    print(&put_back(&mut session, &exercise)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Resets the exercise and returns a message for the reader.
pub(super) fn put_back(session: &mut Session, exercise: &Exercise) -> Result<String, CommandError> {
    let layout = session.layout;
    let done = skeleton::reset(layout, &session.catalog, exercise)?;
    session.record(&exercise.id, Change::Reset);
    let file = layout.show(&exercise.path(layout));
    let mut out = match &done.kept {
        Some(kept) => format!(
            "{file} is reset. Your version is kept as {}. To restore it, rename it to the old name\n",
            layout.show(kept)
        ),
        None => format!("{file} is reset\n"),
    };
    for (path, kept) in &done.restored {
        let _ = write!(out, "{} was restored too", layout.show(path));
        if let Some(kept) = kept {
            let _ = write!(out, ". Your version is kept as {}", layout.show(kept));
        }
        out.push('\n');
    }
    Ok(out)
}
