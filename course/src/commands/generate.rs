//! `cargo course gen`: writes the skeletons from the solutions.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::session::{Session, print};
use super::{CommandError, SOME_FAIL};
use crate::catalog::Layout;
use crate::progress::State;
use crate::skeleton::{self, Difference};

/// Brings `exercises/` up to date, or only lists what would change.
pub fn run(layout: &Layout, check: bool) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let tree = skeleton::generate(layout, &session.catalog.chapters)?;
    if check {
        let different = skeleton::differences(layout, &tree)?;
        print(&told(&different, "out of date"))?;
        return Ok(if different.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(SOME_FAIL)
        });
    }
    // An exercise that was tried contains the reader's work.
    let tried = |path: &Path| {
        session.catalog.exercises().any(|exercise| {
            path == Path::new(&exercise.chapter).join(&exercise.file)
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
        out.push_str("the skeletons are up to date\n");
    } else {
        let _ = writeln!(
            out,
            "{} {done}{}",
            different.len(),
            if done == "out of date" {
                ". `cargo course gen` updates them"
            } else {
                ""
            }
        );
    }
    out
}
