//! What `work/` promises when the course changes: the reader's files follow it, and no work is lost.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use common::renames::change_all;
use common::{Course, stdout};
use serde_json::Value;

#[test]
fn a_pull_of_changed_exercises_loses_nothing_of_solved_and_started_work() {
    let upstream = Course::new();
    let course = Course::first_clone_of(&upstream);

    // One is solved, the other begun, and a test and the crate's root have lines of the reader's.
    course.double("x + x");
    assert_eq!(
        course.command(&["check", "fix/double"]).status.code(),
        Some(0)
    );
    course.change(
        "work/02-fix/src/count.rs",
        "todo!(\"count {x:?}\")",
        "x.len() // begun",
    );
    course.change(
        "work/02-fix/tests/count.rs",
        "fn counts",
        "// Mine.\nfn counts",
    );
    course.change(
        "work/02-fix/src/lib.rs",
        "pub mod count;",
        "pub mod count;\nmod mine;",
    );
    course.write("work/02-fix/src/mine.rs", "//! Mine.\n");
    let mine = ["src/double.rs", "src/count.rs", "src/mine.rs"];
    let before = mine.map(|file| course.read(&format!("work/02-fix/{file}")));

    change_all(&upstream);
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);

    let said = course.told();
    for line in [
        "fix/double has changed since you began it: its start version. Your file is as you left it. `cargo course diff \
         --skeleton fix/double` shows what changed.",
        "fix/count has changed since you began it: its start version and its test.",
        "work/02-fix/tests/count.rs has changed, and you had changed it too. The new one is in its place, and yours is \
         kept as work/02-fix/tests/count.rs.yours-1.",
        "yours is kept as work/02-fix/src/lib.rs.yours-1.",
        "New exercises: fix/half.",
    ] {
        assert!(said.contains(line), "no {line:?} in\n{said}");
    }
    assert_eq!(
        mine.map(|file| course.read(&format!("work/02-fix/{file}"))),
        before
    );
    assert!(
        course
            .read("work/02-fix/tests/count.rs")
            .contains("&[7, 8]")
    );
    assert!(
        course
            .read("work/02-fix/tests/count.rs.yours-1")
            .contains("// Mine.")
    );
    assert!(
        course
            .read("work/02-fix/src/lib.rs.yours-1")
            .contains("mod mine;")
    );
    assert_eq!(course.told(), "", "each is told once");

    // The list marks both, until the new tests have passed.
    let marked = || {
        let list = stdout(&course.command(&["list"]));
        list.matches("(changed: `cargo course diff --skeleton")
            .count()
    };
    assert_eq!(marked(), 2);
    let check = course.command(&["check", "fix/double"]);
    assert_eq!(check.status.code(), Some(0), "{}", stdout(&check));
    assert_eq!(marked(), 1);
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("solved   fix/double"), "{list}");
    assert!(list.contains("todo     fix/half"), "{list}");

    // Reset takes the new version and keeps the reader's.
    course.command(&["reset", "fix/count"]);
    assert!(
        course
            .read("work/02-fix/src/count.rs")
            .contains("How many there are.")
    );
    assert_eq!(course.read("work/02-fix/src/count.rs.yours-1"), before[1]);
    assert_eq!(marked(), 0);
    assert_eq!(course.git(&["status", "--porcelain"]), "");
}

/// Before there was `work/`, readers edited the tracked files in `exercises/`.
#[test]
fn work_that_was_done_in_exercises_is_copied_to_its_place_once() {
    let course = Course::new();
    fs::remove_dir_all(course.path("work")).unwrap();
    let solved = "//! Solved.\npub fn double(x: u32) -> u32 {\n    x + x\n}\n";
    course.write("exercises/02-fix/src/double.rs", solved);
    course.write("exercises/02-fix/tests/double.rs", "// My own test.\n");
    course.write("exercises/02-fix/src/older.rs", "// Older.\n");
    let conflict = "<<<<<<< Updated\n// Theirs.\n=======\n// Mine.\n>>>>>>> Stashed\n";
    course.write("exercises/02-fix/src/count.rs", conflict);
    let said = course.told();
    for line in [
        "Your work was copied to its new place. Edit it there from now on:\n  \
         exercises/02-fix/src/double.rs -> work/02-fix/src/double.rs\n",
        "exercises/02-fix/src/older.rs -> work/earlier/02-fix/src/older.rs (no exercise has this file any more)\n",
        "exercises/02-fix/tests/double.rs -> work/earlier/02-fix/tests/double.rs (the course writes this file itself)\n",
        "`git restore exercises` puts exercises/ back",
    ] {
        assert!(said.contains(line), "no {line:?} in\n{said}");
    }
    assert_eq!(course.read("work/02-fix/src/double.rs"), solved);
    assert!(
        said.contains("earlier/02-fix/src/count.rs (git left the marks of a conflict in it)"),
        "{said}"
    );
    assert_eq!(course.read("work/earlier/02-fix/src/count.rs"), conflict);
    assert!(course.read("work/02-fix/src/count.rs").contains("todo!"));
    assert_eq!(
        course.read("work/earlier/02-fix/src/older.rs"),
        "// Older.\n"
    );
    assert_eq!(
        course.read("work/earlier/02-fix/tests/double.rs"),
        "// My own test.\n"
    );
    assert_eq!(
        course.read("exercises/02-fix/src/double.rs"),
        solved,
        "it is copied, not moved"
    );
    assert_eq!(course.told(), "", "it is told once");
    assert_eq!(
        course.command(&["check", "fix/double"]).status.code(),
        Some(0)
    );

    // An editor that still has the old file open must not lose what it saves there.
    let again = solved.replace("x + x", "2 * x");
    course.write("exercises/02-fix/src/double.rs", &again);
    let said = course.told();
    assert!(
        said.contains("work/ has another version of yours"),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/double.rs"), solved);
    assert_eq!(course.read("work/earlier/02-fix/src/double.rs"), again);
}

/// What `watch` prints until it has shown the first verdict and its keys.
fn watched(course: &Course, id: &str) -> String {
    let mut watch = course.start(&["watch", id]);
    watch.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = watch.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut screen = String::new();
    for line in lines.map(|line| line.unwrap()) {
        screen.push_str(&line);
        screen.push('\n');
        if line.contains("[q]uit") {
            break;
        }
    }
    child.stdin.take().unwrap().write_all(b"q\n").unwrap();
    assert!(child.wait().unwrap().success());
    screen
}

/// Wherever the reader looks, a change is named until they have looked at it.
#[test]
fn a_change_of_a_solved_exercise_is_named_until_the_reader_has_looked() {
    let course = Course::new();
    course.double("x + x");
    course.command(&["check", "fix/double"]);
    course.change(
        "solutions/02-fix/tests/double.rs",
        "assert_eq!(double(3), 6)",
        "assert_eq!(double(4), 9)",
    );
    let said = course.told();
    assert_eq!(
        said,
        "fix/double has changed since you began it: its test. Your file is as you left it. `cargo course diff --skeleton \
         fix/double` shows what changed.\nUpdated 1 file in work/ that you had not changed: \
         work/02-fix/tests/double.rs.\n"
    );
    let note = "changed since you began it: its test. `cargo course diff --skeleton fix/double` shows what changed";
    for _ in 0..2 {
        let list = stdout(&course.command(&["list"]));
        let line = list.lines().find(|line| line.contains("fix/double"));
        assert!(line.unwrap().contains("(changed: "), "{list}");
        let check = stdout(&course.command(&["check", "fix/double"]));
        assert!(check.contains("failed") && check.contains(note), "{check}");
    }
    let screen = watched(&course, "fix/double");
    assert!(screen.contains(note), "{screen}");
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/double"]));
    for line in [
        "-    assert_eq!(double(3), 6);\n+    assert_eq!(double(4), 9);",
        "--- before: 02-fix/tests/double.rs",
        "Your file work/02-fix/src/double.rs is as you left it. The new test is in its place.",
        "To start again instead, run `cargo course reset fix/double`.",
    ] {
        assert!(diff.contains(line), "no {line:?} in\n{diff}");
    }
    let list = stdout(&course.command(&["list"]));
    assert!(!list.contains("(changed: "), "{list}");
    assert!(list.contains("solved   fix/double"), "{list}");
    // A second look shows the same again.
    let again = stdout(&course.command(&["diff", "--skeleton", "fix/double"]));
    assert!(again.contains("+    assert_eq!(double(4), 9);"), "{again}");
    assert!(
        again.contains("Nothing else in fix/double has changed."),
        "{again}"
    );
    let count = stdout(&course.command(&["diff", "--skeleton", "fix/count"]));
    assert_eq!(
        count,
        "You have not begun fix/count, so its file is as the course has it today.\n"
    );

    // Only later changes are news again.
    course.change(
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    let said = course.told();
    assert!(said.contains("its start version."), "{said}");
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/double"]));
    assert!(
        diff.contains("+/// Twice `x`, exactly.") && !diff.contains("double(4)"),
        "{diff}"
    );
}

/// To look at the change is not to solve the exercise again.
#[test]
fn a_solved_exercise_that_grew_is_marked_until_its_new_tests_pass() {
    let course = Course::new();
    course.double("if x == 8 { 0 } else { x + x }");
    course.command(&["check", "fix/double"]);
    course.change(
        "solutions/02-fix/tests/double.rs",
        "assert_eq!(double(3), 6)",
        "assert_eq!(double(8), 16)",
    );
    course.told();
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/double"]));
    for line in [
        "`cargo course check fix/double` shows whether your solution still passes.",
        "Then fix/double is no longer solved.",
    ] {
        assert!(diff.contains(line), "no {line:?} in\n{diff}");
    }
    let mark = "(changed since you solved it: `cargo course check fix/double`)";
    let sum = "1 of 2 solved, but 1 of them has changed since you solved it";
    let note = "the course has changed it since you solved it, and your solution does not pass its new tests";
    for _ in 0..2 {
        let list = stdout(&course.command(&["list"]));
        assert!(list.contains(mark) && list.contains(sum), "{list}");
        let json: Value =
            serde_json::from_slice(&course.command(&["list", "--json"]).stdout).unwrap();
        assert_eq!(json["exercises"][0]["outdated"], true, "{json:#}");
        let check = stdout(&course.command(&["check", "fix/double"]));
        assert!(check.contains("failed") && check.contains(note), "{check}");
    }
    let screen = watched(&course, "fix/double");
    assert!(screen.contains(note), "{screen}");

    course.double("x + x");
    let check = stdout(&course.command(&["check", "fix/double"]));
    assert!(
        check.contains("passed") && !check.contains("changed"),
        "{check}"
    );
    let list = stdout(&course.command(&["list"]));
    assert!(!list.contains("changed"), "{list}");
}

#[test]
fn an_exercise_that_was_never_solved_is_not_called_no_longer_solved() {
    let course = Course::new();
    course.double("x");
    course.change(
        "solutions/02-fix/tests/double.rs",
        "double(3), 6",
        "double(4), 8",
    );
    course.told();
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/double"]));
    assert!(diff.contains("keeps your file as a copy.\n"), "{diff}");
    assert!(!diff.contains("solved"), "{diff}");
}
