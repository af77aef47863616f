//! The reader changed a file of the course, or removed it. The verdict names that file and the command
//! that restores it, and no other file.

mod common;

use common::{Course, stderr, stdout};
use course::runner::{Limits, Outcome, Verdict};

const MANIFEST: &str = "work/02-fix/Cargo.toml";
const ROOT: &str = "work/02-fix/src/lib.rs";
const TEST: &str = "work/02-fix/tests/double.rs";

fn run(course: &Course, id: &str) -> Verdict {
    course.run(id, &Limits::default())
}

fn advice(verdict: &Verdict) -> &str {
    let advice = verdict.advice.as_deref();
    advice.unwrap_or_else(|| panic!("no advice: {verdict:#?}"))
}

/// The one command of the advice restores this file, and then the exercise is tested.
fn is_cured(course: &Course, verdict: &Verdict, file: &str) {
    assert_eq!(verdict.changed, [file], "{verdict:#?}");
    assert_eq!(verdict.waits_for, None);
    is_named(course, verdict, file);
}

fn is_named(course: &Course, verdict: &Verdict, file: &str) {
    let said = advice(verdict);
    let command = format!("`cargo course reset --file {file}`");
    assert_eq!(said.matches("cargo course reset").count(), 1, "{said}");
    assert!(said.contains(&command), "{said}");
    let reset = course.command(&["reset", "--file", file]);
    assert!(reset.status.success(), "{}", stderr(&reset));
    let outcome = run(course, "fix/count").outcome;
    assert_eq!(outcome, Outcome::Failed);
}

fn replace(course: &Course, file: &str, from: &str, to: &str) {
    let text = course.read(file);
    assert!(text.contains(from), "{text}");
    course.write(file, &text.replace(from, to));
}

#[test]
fn a_dependency_that_was_removed_is_not_blamed_on_the_file_that_uses_it() {
    let course = Course::new();
    course.solve("fix/double");
    replace(&course, MANIFEST, "fix = {", "# fix = {");
    is_cured(&course, &run(&course, "fix/count"), MANIFEST);
}

#[test]
fn a_renamed_package_is_blamed_on_its_manifest() {
    let course = Course::new();
    replace(&course, MANIFEST, "fix-exercises", "mine");
    let verdict = run(&course, "fix/count");
    assert_eq!(verdict.outcome, Outcome::ManifestBroken);
    is_cured(&course, &verdict, MANIFEST);
}

#[test]
fn a_renamed_library_is_blamed_on_its_manifest() {
    let course = Course::new();
    replace(&course, MANIFEST, "fix_exercises", "mine");
    let verdict = run(&course, "fix/count");
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    is_cured(&course, &verdict, MANIFEST);
}

#[test]
fn a_missing_root_of_the_library_is_named_with_the_command_that_restores_it() {
    let course = Course::new();
    std::fs::remove_file(course.path(ROOT)).unwrap();
    let verdict = run(&course, "fix/count");
    assert_eq!(verdict.outcome, Outcome::Missing);
    assert_eq!(verdict.diagnostics, format!("{ROOT} is missing"));
    is_named(&course, &verdict, ROOT);
}

#[test]
fn an_error_that_the_reader_added_to_the_root_is_blamed_on_the_root() {
    let course = Course::new();
    let root = course.read(ROOT);
    course.write(ROOT, &format!("{root}fn x(\n"));
    let verdict = run(&course, "fix/count");
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    is_cured(&course, &verdict, ROOT);
}

#[test]
fn a_file_that_is_missing_in_another_package_is_named_with_the_command_that_restores_it() {
    for file in [ROOT, MANIFEST] {
        let course = Course::with_runtime();
        std::fs::remove_file(course.path(file)).unwrap();
        let verdict = run(&course, "fix/line");
        assert_eq!(verdict.outcome, Outcome::ManifestBroken, "{verdict:#?}");
        let said = advice(&verdict);
        assert!(said.contains(&format!("{file} is missing")), "{said}");
        let next = format!("run `cargo course reset --file {file}`");
        assert_eq!(verdict.next.as_deref(), Some(&*next));
        assert!(!said.contains("Your version is kept"), "{said}");
        is_named(&course, &verdict, file);
    }
}

#[test]
fn a_module_that_the_root_no_longer_declares_is_blamed_on_the_root() {
    let course = Course::new();
    replace(&course, ROOT, "pub mod count;", "");
    let verdict = run(&course, "fix/count");
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    is_cured(&course, &verdict, ROOT);
}

#[test]
fn a_module_that_the_reader_adds_is_no_change_of_the_courses_files() {
    let course = Course::new();
    course.write("work/02-fix/src/mine.rs", "//! Mine.\n");
    replace(&course, ROOT, "pub mod count;", "pub mod count;\nmod mine;");
    let verdict = run(&course, "fix/count");
    assert_eq!(verdict.outcome, Outcome::Failed);
    assert!(verdict.changed.is_empty(), "{verdict:#?}");
    assert_eq!(verdict.advice, None);
}

#[test]
fn a_changed_test_is_named_while_it_still_fails() {
    let course = Course::new();
    replace(
        &course,
        TEST,
        "assert_eq!(double(1), 2)",
        "assert_eq!(double(1), 3)",
    );
    let verdict = run(&course, "fix/double");
    assert_eq!(verdict.outcome, Outcome::Failed);
    is_cured(&course, &verdict, TEST);
    // It does not compile either.
    replace(&course, TEST, "double::double", "double::dubble");
    let verdict = run(&course, "fix/double");
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    is_cured(&course, &verdict, TEST);
}

/// The compiler suggests to use the new name in the test.
#[test]
fn a_name_that_the_reader_changed_is_not_to_be_changed_in_the_test() {
    let course = Course::new();
    course.solve("fix/double");
    replace(
        &course,
        "work/02-fix/src/double.rs",
        "fn double",
        "fn dauble",
    );
    let verdict = run(&course, "fix/double");
    assert_eq!(verdict.outcome, Outcome::BuildFailed);
    let said = advice(&verdict);
    let expected = format!("{TEST} is the course's test and must stay as it is");
    assert!(said.starts_with(&expected), "{said}");
    assert!(said.contains("work/02-fix/src/double.rs"), "{said}");
}

#[test]
fn what_passes_with_a_changed_file_is_told_with_the_name_of_that_file() {
    let course = Course::new();
    course.solve("fix/count");
    replace(
        &course,
        MANIFEST,
        "fix = {",
        "renamed = { package = \"fix\",",
    );
    let printed = stdout(&course.command(&["check", "fix/count"]));
    let expected = format!("fix/count: passed, but {MANIFEST} is not the course's own (");
    assert!(printed.starts_with(&expected), "{printed}");
    assert!(printed.contains("does not count as solved"), "{printed}");
    // The exercise is failing now, whatever was tested.
    replace(&course, "work/02-fix/src/count.rs", "x.len()", "0");
    course.command(&["check", "fix/count"]);
    let progress = course.read("progress.txt");
    assert!(progress.contains("fix/count failing"), "{progress}");
}

/// Its tests have not run.
#[test]
fn a_broken_manifest_is_no_word_on_the_new_tests_of_a_solved_exercise() {
    let course = Course::new();
    course.double("x + x");
    course.command(&["check", "fix/double"]);
    replace(
        &course,
        "solutions/02-fix/tests/double.rs",
        "double(3), 6",
        "double(4), 8",
    );
    course.command(&["diff", "--skeleton", "fix/double"]);
    replace(&course, MANIFEST, "[package]", "[package");
    let check = stdout(&course.command(&["check", "fix/double"]));
    assert!(
        check.contains("its new tests have not passed yet"),
        "{check}"
    );
    assert!(!check.contains("does not pass its new tests"), "{check}");
}

#[test]
fn the_last_step_for_a_broken_manifest_of_another_package_repairs_that_manifest() {
    let course = Course::with_runtime();
    replace(
        &course,
        "work/my-runtime/Cargo.toml",
        "[package]",
        "[package",
    );
    let verdict = run(&course, "fix/count");
    assert_eq!(verdict.outcome, Outcome::ManifestBroken);
    let next = "repair work/my-runtime/Cargo.toml, or run `cargo course reset --file work/my-runtime/Cargo.toml`";
    assert_eq!(verdict.next.as_deref(), Some(next));
}
