//! `cargo course reset`: an exercise put back; the reader's version is kept.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::CommandError;
use super::session::{Session, print};
use crate::catalog::{Exercise, Layout};
use crate::progress::Change;
use crate::skeleton;

/// Puts one exercise back.
pub fn run(layout: &Layout, id: &str) -> Result<ExitCode, CommandError> {
    let mut session = Session::open(layout)?;
    let exercise = session.catalog.exercise(id)?.clone();
    print(&put_back(&mut session, &exercise)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Puts it back and tells what was done.
pub(super) fn put_back(session: &mut Session, exercise: &Exercise) -> Result<String, CommandError> {
    let layout = session.layout;
    let done = skeleton::reset(layout, &session.catalog, exercise)?;
    session.record(&exercise.id, Change::Reset);
    let file = layout.show(&exercise.path(layout));
    let mut out = match &done.kept {
        Some(kept) => format!(
            "{file} is as it was at first; yours is kept as {}: give it its old name again to take it back\n",
            layout.show(kept)
        ),
        None => format!("{file} is as it was at first\n"),
    };
    for (path, kept) in &done.restored {
        let _ = write!(out, "{} was restored too", layout.show(path));
        if let Some(kept) = kept {
            let _ = write!(out, "; yours is kept as {}", layout.show(kept));
        }
        out.push('\n');
    }
    Ok(out)
}
