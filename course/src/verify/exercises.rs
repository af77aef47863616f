//! Skeletons compile without warnings and fail by named tests. Solutions pass, with the same lints.

use std::path::Path;

use super::mutants::Restore;
use super::report::{Found, VerifyError, count, start_of};
use super::workshop::Workshop;
use crate::catalog::{Chapter, Exercise};
use crate::files;
use crate::runner::libtest::{self, Ran};
use crate::runner::{Limits, Outcome, TestResult, TestStatus};

/// Checks that every skeleton of the chapter fails by its named tests.
pub(super) async fn skeletons(
    workshop: &Workshop,
    chapter: &Chapter,
) -> Result<Found, VerifyError> {
    let mut found = Found::proved(count(chapter.exercises.len(), "skeleton"));
    for exercise in &chapter.exercises {
        let ran = build_and_run(workshop, &workshop.skeletons(), exercise, &mut found).await?;
        // A module of the reader's runtime is judged while all the others are solved.
        let ran = match (ran, &exercise.module) {
            (Some(_), Some(_)) => alone(workshop, exercise, &mut found).await?,
            (ran, _) => ran,
        };
        let Some(ran) = ran else {
            continue;
        };
        named(exercise, &ran, &mut found);
        readable(exercise, &ran, &mut found);
        let red = ran
            .tests
            .iter()
            .any(|test| test.status == TestStatus::Failed);
        match ran.outcome {
            Outcome::Failed if red => {}
            Outcome::Passed => found.add(
                format!("{}: the skeleton passes all its tests", exercise.id),
                "leave more work to the reader, or test the work that is left",
            ),
            Outcome::Failed => found.add(
                format!("{}: {} has no tests", exercise.id, exercise.test.display()),
                "add named tests to the file",
            ),
            outcome => found.add(
                format!(
                    "{}: the skeleton should fail its tests, but the run ended with {outcome:?}\n{}",
                    exercise.id,
                    messages(&ran)
                ),
                "let the skeleton panic (`todo!`) where the reader's code is missing",
            ),
        }
    }
    Ok(found)
}

/// Runs a module's skeleton among the solutions of all other modules.
async fn alone(
    workshop: &Workshop,
    exercise: &Exercise,
    found: &mut Found,
) -> Result<Option<Ran>, VerifyError> {
    let skeleton = files::read(
        &workshop
            .skeletons()
            .join(&exercise.folder)
            .join(&exercise.file),
    )?;
    let workspace = workshop.solutions();
    let dir = workspace.join(&exercise.folder);
    let restore = Restore::replace(&dir, &[(exercise.file.clone(), skeleton)])?;
    let ran = build_and_run(workshop, &workspace, exercise, found).await?;
    restore.now()?;
    Ok(ran)
}

/// The skeleton fails the test that its exercise names.
fn named(exercise: &Exercise, ran: &Ran, found: &mut Found) {
    let Some(fails) = &exercise.fails else {
        return;
    };
    let status = ran.tests.iter().find(|test| test.name == *fails);
    let problem = match status.map(|test| test.status) {
        Some(TestStatus::Failed) => return,
        Some(_) => "does not fail",
        None => "is no test",
    };
    let failed = ran
        .tests
        .iter()
        .filter(|test| test.status == TestStatus::Failed);
    let failed: Vec<&str> = failed.map(|test| &*test.name).collect();
    let among = match exercise.module {
        Some(_) => "with all other modules solved, ",
        None => "",
    };
    found.add(
        format!("{}: {among}{fails} {problem}", exercise.id),
        if failed.is_empty() {
            "leave more to the reader, or test what is left".to_owned()
        } else {
            format!("`fails` could name {}", failed.join(" or "))
        },
    );
}

/// The reader's first message has no addresses, such as those of a `Waker` that is printed with `{:?}`.
fn readable(exercise: &Exercise, ran: &Ran, found: &mut Found) {
    let noisy = |test: &&TestResult| test.message.as_deref().is_some_and(has_address);
    if let Some(test) = ran.tests.iter().find(noisy) {
        found.add(
            format!(
                "{}: the message of {} has an address\n{}",
                exercise.id,
                test.name,
                start_of(test.message.as_deref().unwrap_or_default(), 10)
            ),
            "do not print this value in the hole. If the compiler warns that it is unused, write `let _ = cx`",
        );
    }
}

/// Whether a text has `0x` and at least eight digits after it.
fn has_address(text: &str) -> bool {
    let digits = |rest: &str| rest.bytes().take_while(u8::is_ascii_hexdigit).count();
    text.split("0x").skip(1).any(|rest| digits(rest) >= 8)
}

/// Checks that every solution of the chapter passes.
pub(super) async fn solutions(
    workshop: &Workshop,
    chapter: &Chapter,
) -> Result<Found, VerifyError> {
    let mut found = Found::default();
    let mut tests = 0;
    for exercise in &chapter.exercises {
        let Some(ran) =
            build_and_run(workshop, &workshop.solutions(), exercise, &mut found).await?
        else {
            continue;
        };
        tests += ran.tests.len();
        if ran.outcome != Outcome::Passed {
            let what = format!(
                "{}: the solution does not pass\n{}",
                exercise.id,
                messages(&ran)
            );
            found.add(what, "fix the solution or the test");
        }
    }
    found.proved = format!(
        "{}, {}",
        count(chapter.exercises.len(), "solution"),
        count(tests, "test")
    );
    Ok(found)
}

async fn build_and_run(
    workshop: &Workshop,
    workspace: &Path,
    exercise: &Exercise,
    found: &mut Found,
) -> Result<Option<Ran>, VerifyError> {
    let target = exercise.test_target();
    let report = workshop.build(workspace, exercise).await?;
    let said = report.rendered(&exercise.package);
    let whose = workspace.file_name().unwrap_or_default().to_string_lossy();
    let Some((_, binary)) = report.executables.iter().find(|(name, _)| *name == target) else {
        let said = if said.is_empty() {
            report.complaint()
        } else {
            said
        };
        let what = format!(
            "{} ({whose}): it does not compile\n{}",
            exercise.id,
            start_of(&said, 30)
        );
        found.add(what, "readers must be able to build it before they start");
        return Ok(None);
    };
    if !said.is_empty() {
        let what = format!(
            "{} ({whose}): it compiles with warnings\n{}",
            exercise.id,
            start_of(&said, 30)
        );
        found.add(
            what,
            "use in the hole what the solution uses, for example in the text of its `todo!`",
        );
    }
    let dir = workspace.join(&exercise.folder);
    let limits = Limits::default().for_exercise(exercise);
    Ok(Some(
        libtest::run(binary, &dir, &exercise.test, &limits, &|_| true).await?,
    ))
}

fn messages(ran: &Ran) -> String {
    let failed = ran
        .tests
        .iter()
        .filter(|test| test.status == TestStatus::Failed);
    let lines: Vec<String> = failed
        .map(|test| format!("{}: {}", test.name, test.message.as_deref().unwrap_or("")))
        .collect();
    start_of(&lines.join("\n"), 20)
}
