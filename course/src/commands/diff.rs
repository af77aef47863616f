//! `cargo course diff`: compares the reader's solution with ours, after it passes. With `--skeleton`, it
//! shows what the course changed in the exercise.

use std::process::ExitCode;

use super::session::{Session, print};
use super::{CommandError, SOME_FAIL};
use crate::catalog::{Exercise, Layout};
use crate::progress::State;
use crate::skeleton;
use crate::terminal::{Paint, prose, wrapped};
use crate::work::{self, Changes};

/// Compares with our solution.
pub fn run(layout: &Layout, id: &str, anyway: bool) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let exercise = session.exercise(id)?;
    if !anyway && !session.progress.is_done(&exercise.id) {
        print(&prose(&format!(
            "{} is not solved yet, and the comparison would give the answer away.\nSolve it first \
             (`cargo course check {}`), or add `--anyway`.\n",
            exercise.id, exercise.id
        )))?;
        return Ok(ExitCode::from(SOME_FAIL));
    }
    print(&compared(layout, exercise, Paint::for_stdout())?)?;
    Ok(ExitCode::SUCCESS)
}

/// The differences to our solution, as text.
pub(super) fn compared(
    layout: &Layout,
    exercise: &Exercise,
    paint: Paint,
) -> Result<String, CommandError> {
    let file = exercise.path(layout);
    if !file.is_file() {
        let what = if file.exists() || file.is_symlink() {
            "no file"
        } else {
            "missing"
        };
        return Err(CommandError::Said {
            message: format!("{} is {what}", layout.show(&file)),
            advice: Some(format!(
                "`cargo course reset {}` puts the start version in its place. It does not bring your own version \
                 back",
                exercise.id
            )),
        });
    }
    let diff = skeleton::diff(layout, exercise)?;
    Ok(if diff.is_empty() {
        "Your solution is the same as ours.\n".to_owned()
    } else {
        colour(&diff, paint)
    })
}

/// Shows what the course changed in an exercise since the reader began it.
pub fn of_the_course(layout: &Layout, id: &str) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let exercise = session.exercise(id)?;
    let colour = |diff: &str| colour(diff, Paint::for_stdout());
    let text = if let Some((changes, diff)) = work::look(layout, exercise)? {
        format!("{}\n{}", colour(&diff), after(&session, exercise, changes))
    } else if let Some(diff) = work::last_look(layout, exercise) {
        let told = format!(
            "This is the change that you have looked at before. Nothing else in {} has changed.",
            exercise.id
        );
        format!("{}\n{}\n", colour(&diff), wrapped(&told, 0, 0))
    } else {
        let id = &exercise.id;
        let is_filled = session.progress.state(id) == State::Filled;
        let told = if is_filled && !skeleton::is_filled(layout, exercise) {
            format!(
                "{id} is filled with our solution, and you have edited the file. `cargo course diff {id}` compares it with our solution of today."
            )
        } else if is_filled {
            format!(
                "{id} is filled with our solution, which changes with the course. So there is no change to look at."
            )
        } else if work::is_begun(layout, exercise) {
            format!("Nothing in {id} has changed since you began it.")
        } else {
            format!("You have not begun {id}, so its file is as the course has it today.")
        };
        wrapped(&told, 0, 0) + "\n"
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What the reader can do with the change.
fn after(session: &Session, exercise: &Exercise, changes: Changes) -> String {
    let (layout, id) = (session.layout, &exercise.id);
    if session.progress.state(id) == State::Filled {
        let text = format!(
            "This is what the course changed in {id} since it was filled. Your file is as you left it. `cargo course \
             fill {id}` puts our new solution in its place."
        );
        return wrapped(&text, 0, 0) + "\n";
    }
    let file = layout.show(&exercise.path(layout));
    let test = if changes.test {
        " The new test is in its place."
    } else {
        ""
    };
    let (check, unsolved) = if session.progress.is_solved(id) {
        (
            format!(" `cargo course check {id}` shows whether your solution still passes."),
            format!(" Then {id} is no longer solved."),
        )
    } else {
        (String::new(), String::new())
    };
    let text = format!(
        "This is what the course changed in {id} since you began it, or since you last looked. Your file {file} is as \
         you left it.{test}{check} Edit your file if it has to follow. To start again instead, run `cargo course reset \
         {id}`. It puts the new start version in place, and keeps your file as a copy.{unsolved}"
    );
    wrapped(&text, 0, 0) + "\n"
}

fn colour(diff: &str, paint: Paint) -> String {
    let line = |line: &str| match line.as_bytes().first() {
        Some(b'-') => paint.red(line),
        Some(b'+') => paint.green(line),
        Some(b'@') => paint.dim(line),
        _ => line.to_owned(),
    };
    diff.lines().map(|text| line(text) + "\n").collect()
}
