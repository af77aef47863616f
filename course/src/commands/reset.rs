//! `cargo course reset`: resets an exercise and keeps the reader's version.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::CommandError;
use super::session::{Session, print};
use crate::catalog::{Exercise, Layout};
use crate::progress::Change;
use crate::terminal::prose;
use crate::{skeleton, work};

/// Resets these exercises.
pub fn run(layout: &Layout, ids: &[String]) -> Result<ExitCode, CommandError> {
    let mut session = Session::open(layout)?;
    // A wrong name changes nothing.
    let chosen: Result<Vec<Exercise>, _> =
        ids.iter().map(|id| session.exercise(id).cloned()).collect();
    for exercise in &chosen? {
        print(&prose(&put_back(&mut session, exercise)?))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Resets one file and no other. `typed` is a path from the current directory, from the root or from
/// the exercises.
pub fn file(layout: &Layout, start: &Path, typed: &Path) -> Result<ExitCode, CommandError> {
    let mut session = Session::open(layout)?;
    let tree = skeleton::generate(layout, &session.catalog.crates)?;
    let tree = skeleton::for_the_reader(tree);
    let exercises = layout.yours();
    let places = [start, layout.root(), &exercises].map(|dir| dir.join(typed));
    let known = places.iter().find_map(|path| {
        let content = tree.get(path.strip_prefix(&exercises).ok()?)?;
        Some((path, content))
    });
    let (path, content) = known.ok_or_else(|| CommandError::Said {
        message: format!("the course has no file {} to restore", typed.display()),
        advice: Some(format!(
            "name a file as cargo names it, such as {}",
            layout.show(&exercises.join("Cargo.toml"))
        )),
    })?;
    let kept = work::restore(path, content)?;
    let relative = path.strip_prefix(&exercises).unwrap_or(path).to_owned();
    // If the record cannot be written, the next start compares the file once more.
    let _ = work::put_back(layout, &[relative], &tree);
    let whose = session
        .catalog
        .exercises()
        .find(|e| e.path(layout) == *path);
    if let Some(id) = whose.map(|exercise| exercise.id.clone()) {
        session.record(&id, Change::Reset);
    }
    print(&prose(&told(layout, path, kept.as_deref())))?;
    Ok(ExitCode::SUCCESS)
}

fn told(layout: &Layout, path: &Path, kept: Option<&Path>) -> String {
    let file = layout.show(path);
    match kept {
        Some(kept) => format!(
            "{file} is reset. Your version is kept as {}. To restore it, rename it to the old name.\n",
            layout.show(kept)
        ),
        None => format!("{file} is reset.\n"),
    }
}

/// Resets the exercise and returns a message for the reader.
pub(super) fn put_back(session: &mut Session, exercise: &Exercise) -> Result<String, CommandError> {
    let layout = session.layout;
    let is_missing = !layout.yours().is_dir();
    let news = is_missing.then(|| session.update_work().0).flatten();
    let done = work::reset(layout, &session.catalog, exercise)?;
    session.record(&exercise.id, Change::Reset);
    let mut out = news.map_or_else(String::new, |news| format!("{news}\n"));
    out.push_str(&told(layout, &exercise.path(layout), done.kept.as_deref()));
    for (path, kept) in &done.restored {
        let _ = write!(out, "{} was restored too", layout.show(path));
        if let Some(kept) = kept {
            let _ = write!(out, ". Your version is kept as {}", layout.show(kept));
        }
        out.push_str(".\n");
    }
    if !done.others.is_empty() {
        let files: Vec<String> = done.others.iter().map(|path| layout.show(path)).collect();
        let _ = writeln!(
            out,
            "These files of the same package were missing too, and are there again as they are at the start: {}.",
            files.join(", ")
        );
    }
    Ok(out)
}
