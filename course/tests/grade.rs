//! `check --json` and `check --grade`: what a grader may rely on.

mod common;

use std::process::Output;

use common::{Course, stdout};
use course::runner::Outcome;
use serde_json::Value;

const TEST: &str = "work/02-fix/tests/double.rs";

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A course in which a reader replaced the test of an unsolved exercise by one that always passes.
fn with_replaced_test() -> Course {
    let course = Course::new();
    course.write(TEST, "#[test]\nfn doubles_one() {}\n");
    course
}

#[test]
fn a_replaced_test_that_passes_does_not_count_and_is_named() {
    let course = with_replaced_test();
    let check = course.command(&["check", "--json", "fix/double"]);
    assert_eq!(check.status.code(), Some(1));
    let checked = json(&check);
    assert_eq!(checked["passed"], false, "{checked}");
    let exercise = &checked["exercises"][0];
    assert_eq!(
        (&exercise["passes"], &exercise["solved"]),
        (&false.into(), &false.into())
    );
    assert_eq!(exercise["verdict"]["outcome"], "passed");
    assert_eq!(exercise["verdict"]["changed"], serde_json::json!([TEST]));
    let printed = stdout(&course.command(&["check", "fix/double"]));
    assert!(
        printed.contains("passed, but work/02-fix/tests/double.rs is not the course's own"),
        "{printed}"
    );
    let advice = format!("`cargo course reset --file {TEST}` restores only this file");
    assert!(printed.contains(&advice), "{printed}");
    assert!(stdout(&course.command(&["list"])).contains("0 of 2 solved"));
}

#[test]
fn a_changed_manifest_or_a_changed_helper_of_the_tests_is_named_too() {
    let course = Course::new();
    course.solve("fix/double");
    course.change(
        "work/02-fix/Cargo.toml",
        "[lints]",
        "[features]\nmine = []\n\n[lints]",
    );
    let checked = json(&course.command(&["check", "--json", "fix/double"]));
    let changed = &checked["exercises"][0]["verdict"]["changed"];
    assert_eq!(*changed, serde_json::json!(["work/02-fix/Cargo.toml"]));
    // The test of another exercise does not matter.
    course.command(&["reset", "--file", "work/02-fix/Cargo.toml"]);
    course.write("work/02-fix/tests/count.rs", "#[test]\nfn counts() {}\n");
    let checked = json(&course.command(&["check", "--json", "fix/double"]));
    assert_eq!(checked["passed"], true, "{checked}");
}

#[test]
fn solved_is_kept_apart_from_passes_now() {
    let course = Course::new();
    course.solve("fix/double");
    assert_eq!(
        json(&course.command(&["check", "--json", "double"]))["passed"],
        true
    );
    course.double("x");
    let checked = json(&course.command(&["check", "--json", "double"]));
    let exercise = &checked["exercises"][0];
    assert_eq!(
        (&exercise["solved"], &exercise["passes"]),
        (&true.into(), &false.into())
    );
    let listed = json(&course.command(&["list", "--json"]));
    let double = &listed["exercises"][0];
    assert_eq!(
        (&double["solved"], double.get("passes")),
        (&true.into(), None)
    );
}

#[test]
fn grading_runs_our_tests_against_the_readers_source_and_records_nothing() {
    let course = with_replaced_test();
    let progress = "# wakeful course: progress, one line an exercise\n";
    course.write("progress.txt", progress);
    let grade = course.command(&["check", "--grade", "--json", "fix/double"]);
    assert_eq!(grade.status.code(), Some(1));
    let graded = json(&grade);
    assert_eq!(
        (&graded["graded"], &graded["passed"]),
        (&true.into(), &false.into())
    );
    let verdict = &graded["exercises"][0]["verdict"];
    assert_eq!(verdict["outcome"], "failed", "{verdict}");
    assert_eq!(verdict["tests"].as_array().unwrap().len(), 3, "{verdict}");
    let message = verdict["tests"][0]["message"].to_string();
    assert!(
        message.contains("panicked at work/02-fix/src/double.rs"),
        "{message}"
    );

    course.double("x + x");
    // A module of the reader's own belongs to the source.
    course.write("work/02-fix/src/mine.rs", "//! Mine.\n");
    course.change(
        "work/02-fix/src/lib.rs",
        "pub mod count;",
        "pub mod count;\nmod mine;",
    );
    let graded = json(&course.command(&["check", "--grade", "--json", "fix/double"]));
    assert_eq!(graded["passed"], true, "{graded}");
    assert_eq!(graded["exercises"][0]["passes"], true);
    assert_eq!(course.read("progress.txt"), progress);
    assert_eq!(course.read(TEST), "#[test]\nfn doubles_one() {}\n");
    assert!(!course.path("target/course/grade").exists());
}

#[test]
fn grading_says_whose_code_passes() {
    let course = Course::with_runtime();
    let ours = || {
        let graded = json(&course.command(&["check", "--grade", "--json", "fix/line"]));
        graded["exercises"][0]["has_our_code"].clone()
    };
    assert_eq!(ours(), false);
    course.command(&["fill", "line"]);
    let file = "work/my-runtime/src/line.rs";
    course.write(file, &format!("// Mine.\n{}", course.read(file)));
    assert_eq!(ours(), true, "a comment is no code");
    course.change(file, "pop_front()", "remove(0)");
    assert_eq!(ours(), false);
}

#[test]
fn grading_replaces_a_manifest_that_turns_the_tests_off() {
    let course = Course::new();
    course.change(
        "work/02-fix/Cargo.toml",
        "[lib]",
        "[[test]]\nname = \"double\"\nharness = false\n\n[lib]",
    );
    course.write(
        TEST,
        "fn main() {\n    println!(\"doubles_one: test\\ntest result: ok. 1 passed\");\n}\n",
    );
    let graded = json(&course.command(&["check", "--grade", "--json", "fix/double"]));
    assert_eq!(graded["passed"], false, "{graded}");
    assert_eq!(graded["exercises"][0]["verdict"]["outcome"], "failed");
}

#[test]
fn grading_says_that_a_file_is_missing() {
    let course = Course::new();
    std::fs::remove_file(course.path("work/02-fix/src/double.rs")).unwrap();
    let graded = json(&course.command(&["check", "--grade", "--json", "fix/double"]));
    let verdict = &graded["exercises"][0]["verdict"];
    assert_eq!(verdict["outcome"], "missing");
    assert_eq!(
        verdict["diagnostics"],
        "work/02-fix/src/double.rs is missing"
    );
}

#[cfg(unix)]
#[test]
fn grading_reads_a_solution_that_is_a_link() {
    let course = Course::new();
    course.solve("fix/double");
    let file = course.path("work/02-fix/src/double.rs");
    std::fs::rename(&file, course.path("double.rs")).unwrap();
    std::os::unix::fs::symlink(course.path("double.rs"), &file).unwrap();
    let grade = course.command(&["check", "--grade", "--json", "fix/double"]);
    assert_eq!(json(&grade)["passed"], true, "{grade:?}");
}

/// The table of fields in the book's chapter about teaching.
#[test]
fn every_field_that_the_book_promises_to_graders_is_in_the_answer() {
    let page = include_str!("../../book/src/how-to.md");
    let (_, table) = page
        .split_once("| field | meaning |\n|---|---|\n")
        .expect("the table");
    let rows = table
        .lines()
        .map_while(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows: Vec<_> = rows.collect();
    for field in [
        "passed",
        "exercises[].passes",
        "exercises[].solved",
        "exercises[].verdict.changed",
    ] {
        assert!(
            rows.iter().any(|(promised, _)| *promised == field),
            "no {field} in {rows:?}"
        );
    }
    let course = with_replaced_test();
    let checked = json(&course.command(&["check", "--json", "fix/double"]));
    for (field, meaning) in rows {
        let value =
            field
                .split('.')
                .try_fold(&checked, |value, name| match name.strip_suffix("[]") {
                    Some(list) => value.get(list)?.get(0),
                    None => value.get(name),
                });
        let value = value.unwrap_or_else(|| panic!("no {field} in {checked}"));
        let words = meaning.split('`').skip(1).step_by(2);
        match field {
            "exercises[].verdict.outcome" => {
                for word in words {
                    let known = serde_json::from_value::<Outcome>(word.into());
                    assert!(known.is_ok(), "there is no outcome {word}");
                }
            }
            "exercises[].verdict.tests[]" => {
                for name in words.take(2) {
                    assert!(value.get(name).is_some(), "no {name} in {value}");
                }
            }
            _ => {}
        }
    }
}
