//! `cargo course diff`: compares the reader's solution with ours, after it passes.

use std::process::ExitCode;

use super::session::{Session, print};
use super::{CommandError, SOME_FAIL};
use crate::catalog::Layout;
use crate::skeleton;
use crate::terminal::Paint;

/// Compares with our solution.
pub fn run(layout: &Layout, id: &str, anyway: bool) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let exercise = session.catalog.exercise(id)?;
    if !anyway && !session.progress.is_done(&exercise.id) {
        print(&format!(
            "{} is not solved yet, and the comparison would give the answer away.\nSolve it first \
             (`cargo course check {}`), or add `--anyway`.\n",
            exercise.id, exercise.id
        ))?;
        return Ok(ExitCode::from(SOME_FAIL));
    }
    let diff = skeleton::diff(layout, exercise)?;
    let text = if diff.is_empty() {
        "Your solution is the same as ours.\n".to_owned()
    } else {
        colour(&diff)
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn colour(diff: &str) -> String {
    let paint = Paint::for_stdout();
    let line = |line: &str| match line.as_bytes().first() {
        Some(b'-') => paint.red(line),
        Some(b'+') => paint.green(line),
        Some(b'@') => paint.dim(line),
        _ => line.to_owned(),
    };
    diff.lines().map(|text| line(text) + "\n").collect()
}
