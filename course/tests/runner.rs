//! The runner, with exercises that behave well and exercises that do not.

mod common;

use std::time::Duration;

use common::Course;
use common::verdict::{short, test};
use course::runner::{Limits, Outcome, TestStatus, program};

#[test]
fn a_skeleton_fails_by_its_named_tests_and_a_solution_passes() {
    let course = Course::new();
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::Failed, "{verdict:#?}");
    let (status, message) = test(&verdict, "doubles_one");
    assert_eq!(status, TestStatus::Failed);
    assert!(
        message.contains("not yet implemented: double 1"),
        "{message}"
    );
    assert!(
        message.contains("panicked at work/02-fix/src/double.rs:5"),
        "{message}"
    );
    assert_eq!(test(&verdict, "doubles_them_all").0, TestStatus::Ignored);
    let red = verdict.revision;

    course.solve("fix/double");
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::Passed, "{verdict:#?}");
    assert_eq!(test(&verdict, "doubles_three").0, TestStatus::Ok);
    assert_ne!(verdict.revision, red);
    assert!(verdict.total_ms >= verdict.cargo_ms);
}

#[test]
fn a_compiler_error_is_shown_with_the_exercise_whose_file_it_is_in() {
    let course = Course::new();
    course.double("x * \"two\"");
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    assert!(
        verdict.diagnostics.contains("error[E0277]"),
        "{}",
        verdict.diagnostics
    );
    assert_eq!((verdict.advice, verdict.waits_for), (None, None));
    assert!(verdict.tests.is_empty());

    let verdict = course.run("fix/count", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    let advice = verdict.advice.expect("the error is in another exercise");
    assert!(
        advice.contains("src/double.rs") && advice.contains("reset fix/double"),
        "{advice}"
    );
    assert_eq!(
        verdict.waits_for.as_deref(),
        Some("work/02-fix/src/double.rs")
    );
}

#[test]
fn a_verdict_has_no_warnings_about_the_files_of_other_exercises() {
    let course = Course::new();
    course.write(
        "work/02-fix/src/count.rs",
        "pub fn count(_: &[u32]) -> usize {\n    let theirs = 1;\n    2\n}\n",
    );
    course.double("let mine = 1;\n    x + 3");
    let verdict = course.run("fix/double", &short());
    assert_eq!(verdict.outcome, Outcome::Failed);
    let said = &verdict.diagnostics;
    assert!(said.contains("unused variable: `mine`"), "{said}");
    assert!(!said.contains("theirs"), "{said}");
    let verdict = course.run("fix/count", &short());
    let said = &verdict.diagnostics;
    assert!(said.contains("unused variable: `theirs`"), "{said}");
    assert!(!said.contains("mine"), "{said}");
}

#[test]
fn tests_are_listed_in_the_order_of_their_file() {
    let course = Course::new();
    let test = |name: &str| format!("#[test]\nfn {name}() {{}}\n");
    let tests = ["simple", "also_simple", "hard"].map(test).concat();
    course.write("work/02-fix/tests/double.rs", &tests);
    let verdict = course.run("fix/double", &Limits::default());
    let names: Vec<_> = verdict.tests.iter().map(|test| &*test.name).collect();
    assert_eq!(names, ["simple", "also_simple", "hard"]);
}

#[test]
fn a_directory_that_cannot_be_written_is_not_blamed_on_the_manifest() {
    let course = Course::new();
    course.write("target/exercises", "not a directory");
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::ManifestBroken, "{verdict:#?}");
    let advice = verdict.advice.expect("there is advice");
    assert!(advice.contains("not about your code"), "{advice}");
}

/// The system says only that something does not exist. It is not cargo.
#[test]
fn a_missing_folder_is_not_blamed_on_cargo() {
    let course = Course::with_runtime();
    course.command(&["fill", "fix/line", "fix/queue"]);
    let catalog = course.catalog();
    std::fs::remove_dir_all(course.path("work")).unwrap();
    let runtime = catalog.runtime.as_ref().unwrap();
    let limits = Limits::default();
    let built = program::build(&course.layout, runtime, &runtime.programs[0], &limits);
    let error = wakeful::block_on(built).unwrap_err();
    let told = format!("cannot open {}", course.path("work/my-runtime").display());
    assert_eq!(error.to_string(), told);
    let advice = error.advice().unwrap();
    assert!(advice.contains("Was it moved or renamed?"), "{advice}");
}

#[test]
fn the_advice_deletes_a_lock_file_only_if_cargo_cannot_parse_it() {
    let course = Course::new();
    let lock_file = "work/Cargo.lock";
    let advice = || course.run("fix/double", &Limits::default()).advice;
    course.write(lock_file, "broken");
    assert!(advice().is_some_and(|advice| advice.contains(&format!("delete {lock_file}"))));
    std::fs::remove_file(course.path(lock_file)).unwrap();
    course.write(&format!("{lock_file}/directory"), "");
    assert!(!advice().is_some_and(|advice| advice.contains("delete")));
}

#[test]
fn if_another_exercises_file_is_missing_the_advice_restores_that_one() {
    let course = Course::new();
    std::fs::remove_file(course.path("work/02-fix/src/count.rs")).unwrap();
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    let advice = verdict.advice.expect("the error is in another exercise");
    assert!(
        advice.contains("`cargo course reset fix/count`"),
        "{advice}"
    );
}

#[test]
fn a_missing_file_is_named_with_the_command_that_restores_it() {
    let course = Course::new();
    course.solve("fix/double");
    let solved = course.read("work/02-fix/src/double.rs");
    for path in [
        "work/02-fix/tests/double.rs",
        "work/02-fix/Cargo.toml",
        "work/Cargo.toml",
    ] {
        let before = course.read(path);
        std::fs::remove_file(course.path(path)).unwrap();
        let verdict = course.run("fix/double", &Limits::default());
        assert_eq!(verdict.outcome, Outcome::Missing, "{verdict:#?}");
        assert_eq!(verdict.diagnostics, format!("{path} is missing"));
        let advice = verdict.advice.expect("there is advice");
        let command = format!("`cargo course reset --file {path}`");
        assert!(advice.contains(&command), "{advice}");
        course.command(&["reset", "--file", path]);
        assert_eq!(course.read(path), before);
    }
    assert_eq!(course.read("work/02-fix/src/double.rs"), solved);
    std::fs::remove_file(course.path("work/02-fix/src/double.rs")).unwrap();
    let verdict = course.run("fix/double", &Limits::default());
    let advice = verdict.advice.expect("there is advice");
    assert!(
        advice.contains("`cargo course reset fix/double` puts the start version in its place"),
        "{advice}"
    );
}

#[test]
fn a_broken_manifest_is_reported_with_the_command_that_restores_it() {
    let course = Course::new();
    course.solve("fix/double");
    let manifest = "work/02-fix/Cargo.toml";
    course.write(manifest, "[package\nname = ");
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::ManifestBroken, "{verdict:#?}");
    assert!(
        verdict.diagnostics.contains("Cargo.toml"),
        "{}",
        verdict.diagnostics
    );
    assert!(
        verdict
            .advice
            .is_some_and(|advice| advice.contains(&format!("reset --file {manifest}`")))
    );

    let catalog = course.catalog();
    let reset =
        course::work::reset(&course.layout, &catalog, &course.exercise("fix/double")).unwrap();
    assert_eq!(
        reset.kept.as_deref(),
        Some(&*course.path("work/02-fix/src/double.rs.yours-1"))
    );
    assert_eq!(reset.restored.len(), 1, "{reset:?}");
    assert_eq!(
        course.read("work/02-fix/Cargo.toml.yours-1"),
        "[package\nname = "
    );
    course.solve("fix/double");
    assert_eq!(
        course.run("fix/double", &Limits::default()).outcome,
        Outcome::Passed
    );
}

#[test]
fn a_file_that_changes_during_the_build_gives_no_outdated_verdict() {
    let course = Course::new();
    // A slow build script, so that the change happens during the build.
    course.write(
        "work/02-fix/build.rs",
        "fn main() {\n    let dir = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    \
         let file = format!(\"{dir}/src/double.rs\");\n    \
         let text = std::fs::read_to_string(&file).unwrap().replace(\"todo!(\\\"double {x}\\\")\", \"2 * x\");\n    \
         std::fs::write(file, text).unwrap();\n}\n",
    );
    let before = course::runner::revision(&course.layout, &course.exercise("fix/double")).unwrap();
    let verdict = course.run("fix/double", &Limits::default());
    assert_ne!(verdict.revision, before);
    assert_eq!(
        verdict.revision,
        course::runner::revision(&course.layout, &course.exercise("fix/double")).unwrap()
    );
    assert_eq!(verdict.outcome, Outcome::Passed, "{verdict:#?}");
}

/// `mv double.rs.yours-1 double.rs` keeps the old time, so the file looks unchanged to cargo.
#[test]
fn a_file_that_is_older_than_the_last_build_is_built_again() {
    let course = Course::new();
    let file = course.path("work/02-fix/src/double.rs");
    let skeleton = std::fs::read(&file).unwrap();
    course.solve("fix/double");
    let solved = std::fs::read(&file).unwrap();
    let an_hour_ago = std::time::SystemTime::now() - Duration::from_hours(1);
    for (content, expected) in [
        (&solved, Outcome::Passed),
        (&skeleton, Outcome::Failed),
        (&solved, Outcome::Passed),
    ] {
        std::fs::write(&file, content).unwrap();
        let times = std::fs::File::options().append(true).open(&file).unwrap();
        times.set_modified(an_hour_ago).unwrap();
        let verdict = course.run("fix/double", &Limits::default());
        assert_eq!(verdict.outcome, expected, "{verdict:#?}");
    }
}

/// A reader may keep several versions elsewhere, and let a link lead to one of them.
#[cfg(unix)]
#[test]
fn a_link_that_leads_to_another_file_gives_a_new_verdict() {
    let course = Course::new();
    let file = course.path("work/02-fix/src/double.rs");
    std::fs::rename(&file, course.path("skeleton.rs")).unwrap();
    course.solve("fix/double");
    std::fs::rename(&file, course.path("solved.rs")).unwrap();
    let an_hour_ago = std::time::SystemTime::now() - Duration::from_hours(1);
    for name in ["skeleton.rs", "solved.rs"] {
        let version = std::fs::File::options()
            .append(true)
            .open(course.path(name));
        version.unwrap().set_modified(an_hour_ago).unwrap();
    }
    for (version, expected) in [
        ("solved.rs", Outcome::Passed),
        ("skeleton.rs", Outcome::Failed),
        ("solved.rs", Outcome::Passed),
    ] {
        let _ = std::fs::remove_file(&file);
        std::os::unix::fs::symlink(course.path(version), &file).unwrap();
        let verdict = course.run("fix/double", &Limits::default());
        assert_eq!(verdict.outcome, expected, "{verdict:#?}");
    }
}
