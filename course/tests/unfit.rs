//! Something else than a regular file is among the files that cargo reads. Cargo or the compiler would
//! wait for it, or read it without end.
#![cfg(unix)]

mod common;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{Course, stderr};
use course::catalog::Catalog;
use course::runner::program::{self, Choice};
use course::runner::{Limits, Outcome, Verdict};

fn make_fifo(path: &Path) {
    let _ = std::fs::remove_file(path);
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo is there").success());
}

/// A build that hangs fails the test after this time.
fn limits() -> Limits {
    Limits {
        build_time: Duration::from_secs(10),
        ..Limits::default()
    }
}

fn refused(course: &Course) -> Verdict {
    let verdict = course.run("fix/double", &limits());
    assert_eq!(verdict.outcome, Outcome::Missing, "{verdict:#?}");
    verdict
}

#[test]
fn a_fifo_instead_of_another_exercise_is_named_with_the_command_that_restores_it() {
    let course = Course::new();
    for file in ["work/02-fix/src/count.rs", "work/02-fix/src/lib.rs"] {
        let path = course.path(file);
        make_fifo(&path);
        let verdict = refused(&course);
        assert_eq!(
            verdict.diagnostics,
            format!("cannot read {file}: it is no regular file")
        );
        let reset = format!("cargo course reset --file {file}");
        assert!(verdict.advice.unwrap().contains(&reset));
        let mut words = reset.split(' ').skip(2);
        let args: Vec<&str> = words.by_ref().collect();
        let output = course.command(&args);
        assert!(output.status.success(), "{}", stderr(&output));
        let verdict = course.run("fix/double", &limits());
        assert_eq!(verdict.outcome, Outcome::Failed, "{verdict:#?}");
    }
}

#[test]
fn a_link_to_a_device_is_refused() {
    let course = Course::new();
    symlink("/dev/zero", course.path("work/02-fix/src/more.rs")).unwrap();
    let verdict = refused(&course);
    assert_eq!(
        verdict.advice.as_deref(),
        Some("move work/02-fix/src/more.rs out of the way")
    );
}

#[test]
fn a_fifo_instead_of_the_lock_file_or_of_another_manifest_is_refused() {
    let course = Course::with_runtime();
    make_fifo(&course.path("work/Cargo.lock"));
    assert_eq!(
        refused(&course).advice.as_deref(),
        Some("move work/Cargo.lock out of the way")
    );
    std::fs::remove_file(course.path("work/Cargo.lock")).unwrap();
    make_fifo(&course.path("work/my-runtime/Cargo.toml"));
    let told = "cannot read work/my-runtime/Cargo.toml: it is no regular file";
    assert_eq!(refused(&course).diagnostics, told);
}

#[test]
fn a_link_that_leads_nowhere_is_named_with_the_command_that_restores_the_file() {
    let course = Course::new();
    for file in ["work/02-fix/src/double.rs", "work/02-fix/tests/double.rs"] {
        let path = course.path(file);
        std::fs::remove_file(&path).unwrap();
        symlink("nowhere.rs", &path).unwrap();
        let verdict = refused(&course);
        let told = format!("cannot read {file}: it is a link that leads nowhere");
        assert_eq!(verdict.diagnostics, told);
        let reset = format!("cargo course reset --file {file}");
        assert!(verdict.advice.unwrap().contains(&reset));
        course.command(&["reset", "--file", file]);
        let verdict = course.run("fix/double", &limits());
        assert_eq!(verdict.outcome, Outcome::Failed, "{verdict:#?}");
    }
}

#[test]
fn something_else_than_a_folder_is_named_with_the_commands_that_help() {
    let put = |path: &Path, kind| match kind {
        "link" => symlink("nowhere", path).unwrap(),
        _ => std::fs::write(path, "no folder").unwrap(),
    };
    let again = |course: &Course| course.run("fix/double", &limits()).outcome;
    for kind in ["link", "file"] {
        for (place, command) in [
            ("work", "`cargo course list`"),
            ("work/02-fix", "`cargo course reset fix/double`"),
            ("work/02-fix/src", "`cargo course reset fix/double`"),
        ] {
            let course = Course::new();
            let path = course.path(place);
            std::fs::remove_dir_all(&path).unwrap();
            put(&path, kind);
            let verdict = refused(&course);
            assert_eq!(verdict.diagnostics, format!("{place} is no folder"));
            let advice = verdict.advice.unwrap();
            let first = format!("move {place} out of the way, then {command} makes");
            assert!(advice.starts_with(&first), "{advice}");
            // The command alone says the same.
            let words: Vec<&str> = command.trim_matches('`').split(' ').skip(2).collect();
            let said = stderr(&course.command(&words));
            let away = format!("move {} out of the way", path.display());
            assert!(said.contains(&away), "{said}");
            std::fs::remove_file(&path).unwrap();
            let output = course.command(&words);
            assert!(output.status.success(), "{}", stderr(&output));
            assert_eq!(again(&course), Outcome::Failed, "{place}");
        }
    }
}

#[test]
fn a_folder_instead_of_another_exercises_file_is_not_called_missing() {
    let course = Course::new();
    let path = course.path("work/02-fix/src/count.rs");
    for kind in ["folder", "link"] {
        std::fs::remove_file(&path).unwrap();
        match kind {
            "folder" => std::fs::create_dir(&path).unwrap(),
            _ => symlink("nowhere.rs", &path).unwrap(),
        }
        let verdict = course.run("fix/double", &limits());
        let advice = verdict.advice.unwrap();
        assert!(
            advice.starts_with("src/count.rs, the file of fix/count, is no file with code."),
            "{advice}"
        );
        let file = "work/02-fix/src/count.rs";
        let command = format!("run `cargo course reset --file {file}`");
        assert_eq!(verdict.next, Some(command));
        let reset = course.command(&["reset", "--file", file]);
        assert!(reset.status.success(), "{}", stderr(&reset));
        let verdict = course.run("fix/double", &limits());
        assert_eq!(verdict.outcome, Outcome::Failed, "{verdict:#?}");
    }
}

#[test]
fn links_that_lead_in_a_circle_do_no_harm() {
    let course = Course::new();
    symlink("..", course.path("work/02-fix/src/up")).unwrap();
    symlink("self.rs", course.path("work/02-fix/src/self.rs")).unwrap();
    let verdict = course.run("fix/double", &limits());
    assert_eq!(verdict.outcome, Outcome::Failed, "{verdict:#?}");
}

#[test]
fn the_readers_program_is_not_built_from_a_fifo() {
    let course = Course::with_runtime();
    course.command(&["fill", "fix/line", "fix/queue"]);
    let file = "work/my-runtime/src/bin/meters.rs";
    make_fifo(&course.path(file));
    let told = format!("cannot read {file}: it is no regular file");
    let catalog = Catalog::load(&course.layout).unwrap();
    let Choice::Run(runtime, program) = program::choose(&course.layout, &catalog) else {
        panic!("its modules are filled");
    };
    let limits = limits();
    let built = program::build(&course.layout, runtime, program, &limits);
    let (program, text) = wakeful::block_on(built).unwrap();
    assert_eq!(program, None);
    assert!(text.starts_with(&told), "{text}");
    let output = course.command(&["meters"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(&told), "{}", stderr(&output));
}
