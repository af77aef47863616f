//! `cargo course gen`: the skeletons written from the solutions.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::session::{Session, print};
use super::{CommandError, SOME_FAIL};
use crate::catalog::Layout;
use crate::progress::State;
use crate::skeleton::{self, Difference};

/// Brings `exercises/` to what the solutions say, or tells what would change.
pub fn run(layout: &Layout, check: bool) -> Result<ExitCode, CommandError> {
    let session = Session::read(layout)?;
    let tree = skeleton::generate(layout, &session.catalog.crates)?;
    if check {
        let different = skeleton::differences(layout, &tree)?;
        print(&told(&different, "differs"))?;
        return Ok(if different.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(SOME_FAIL)
        });
    }
    // An exercise that was tried holds somebody's work.
    let tried = |path: &Path| {
        session.catalog.exercises().any(|exercise| {
            path == Path::new(&exercise.folder).join(&exercise.file)
                && session.progress.state(&exercise.id) != State::Todo
        })
    };
    print(&told(
        &skeleton::regenerate(layout, &tree, &tried)?,
        "written",
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn told(different: &[Difference], done: &str) -> String {
    let mut out = String::new();
    for difference in different {
        let what = match difference {
            Difference::Missing(_) => "new",
            Difference::Changed(_) => "changed",
            Difference::Stale(_) => "no longer in the solutions",
        };
        let path = difference.path().display().to_string().replace('\\', "/");
        let _ = writeln!(out, "exercises/{path}: {what}");
    }
    if different.is_empty() {
        out.push_str("the skeletons are what the solutions say\n");
    } else {
        let _ = writeln!(
            out,
            "{} {done}{}",
            different.len(),
            if done == "differs" {
                "; `cargo course gen` writes them"
            } else {
                ""
            }
        );
    }
    out
}
