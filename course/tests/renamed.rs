//! What `work/` promises when the course renames, moves or drops an exercise: the reader's file and mark
//! follow it, or stay where they are.

mod common;

use std::fs;

use common::renames::{add_more, drop_count, rename_count};
use common::{Course, code, stderr, stdout};

#[test]
fn a_file_that_moves_takes_the_readers_work_along() {
    let course = Course::new();
    course.solve("fix/count");
    let mine = course.read("work/02-fix/src/count.rs");
    for (from, to) in [
        ("src/count.rs", "src/how_many.rs"),
        ("tests/count.rs", "tests/how_many.rs"),
    ] {
        let (from, to) = (
            format!("solutions/02-fix/{from}"),
            format!("solutions/02-fix/{to}"),
        );
        fs::rename(course.path(&from), course.path(&to)).unwrap();
    }
    course.change("solutions/02-fix/src/lib.rs", "mod count", "mod how_many");
    course.change(
        "solutions/02-fix/tests/how_many.rs",
        "count::count",
        "how_many::count",
    );
    let toml = "solutions/02-fix/exercises.toml";
    course.change(
        toml,
        "file = \"src/count.rs\"",
        "file = \"src/how_many.rs\"\nformerly_at = [\"02-fix/src/count.rs\"]",
    );
    course.change(
        toml,
        "test = \"tests/count.rs\"",
        "test = \"tests/how_many.rs\"",
    );
    let said = course.told();
    assert!(
        said.starts_with(
            "The file of fix/count has another place now. Your file was moved with it: work/02-fix/src/count.rs -> \
             work/02-fix/src/how_many.rs.\nUpdated 1 file"
        ),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/how_many.rs"), mine);
    assert!(!course.path("work/02-fix/src/count.rs").exists());
    assert_eq!(
        course.command(&["check", "fix/count"]).status.code(),
        Some(0)
    );
}

#[test]
fn a_renamed_exercise_keeps_its_mark_and_the_readers_file() {
    let course = Course::new();
    course.solve("fix/count");
    let mine = course.read("work/02-fix/src/count.rs");
    course.command(&["check", "fix/count"]);
    rename_count(&course);
    assert_eq!(
        course.told(),
        "The exercise fix/count is now fix/tally. Your file was moved with it: work/02-fix/src/count.rs -> \
         work/02-fix/src/tally.rs.\nUpdated 1 file in work/ that you had not changed: work/02-fix/src/lib.rs.\n"
    );
    assert_eq!(course.read("work/02-fix/src/tally.rs"), mine);
    for old in ["src/count.rs", "tests/count.rs"] {
        assert!(!course.path("work/02-fix").join(old).exists(), "{old}");
    }
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("solved   fix/tally"), "{list}");
    assert!(!list.contains("fix/count"), "{list}");
    assert_eq!(course.told(), "", "it is told once");
    assert_eq!(
        course.command(&["check", "fix/tally"]).status.code(),
        Some(0)
    );
}

#[test]
fn work_that_is_half_done_follows_a_renamed_exercise() {
    let course = Course::new();
    course.change("work/02-fix/src/count.rs", "todo!", "// Begun.\n    todo!");
    // As a course wrote the record that did not know the ids yet.
    let record = course.read("work/.pristine");
    let lines = record.lines().filter(|line| !line.starts_with("exercise "));
    let record: Vec<_> = lines.collect();
    course.write("work/.pristine", &(record.join("\n") + "\n"));
    rename_count(&course);
    course.change(
        "solutions/02-fix/src/tally.rs",
        "/// How many.",
        "/// How many there are.",
    );
    let said = course.told();
    assert!(
        said.contains("work/02-fix/src/count.rs -> work/02-fix/src/tally.rs"),
        "{said}"
    );
    assert!(said.contains("fix/tally has changed since you began it: its start version"));
    let begun = course.read("work/02-fix/src/tally.rs");
    assert!(begun.contains("// Begun."), "{begun}");
}

#[test]
fn a_renamed_exercise_takes_no_file_that_it_cannot_use() {
    let course = Course::new();
    // The reader has already begun the new file, on another branch.
    course.change("work/02-fix/src/count.rs", "todo!", "// Old.\n    todo!");
    course.write("work/02-fix/src/tally.rs", "// New.\n");
    let record = course.read("work/.pristine");
    course.write(
        "work/.pristine",
        &(record + "former fix/tally 02-fix/src/tally.rs\n"),
    );
    rename_count(&course);
    let left = "You have changed the file in the new place too, so work/02-fix/src/count.rs stays where it is. No test reads \
                it there.";
    assert_eq!(
        course.told(),
        format!(
            "The exercise fix/count is now fix/tally. {left}\nUpdated 1 file in work/ that you had not changed: \
             work/02-fix/src/lib.rs.\n"
        )
    );
    assert!(course.read("work/02-fix/src/count.rs").contains("// Old."));
    assert_eq!(course.read("work/02-fix/src/tally.rs"), "// New.\n");
    assert_eq!(course.told(), "");
    // Each version that is saved in the old place is told.
    course.write("work/02-fix/src/count.rs", "// Older.\n");
    let again = format!("The file of fix/tally has another place now. {left}\n");
    assert_eq!(course.told(), again);
    assert_eq!(course.told(), "");
}

#[test]
fn work_follows_an_exercise_to_another_package_only_if_the_course_says_that_it_fits() {
    for fits in [false, true] {
        let course = Course::new();
        course.solve("fix/count");
        let mine = course.read("work/02-fix/src/count.rs");
        course.command(&["check", "fix/count"]);
        drop_count(&course);
        let at = "formerly_at = [\"02-fix/src/count.rs\"]\n";
        add_more(&course, if fits { at } else { "" });
        let said = course.told();
        let (end, moved) = if fits {
            (
                "Your file was moved with it: work/02-fix/src/count.rs -> work/03-more/src/tally.rs.\n",
                "03-more/src/tally.rs",
            )
        } else {
            (
                "The new one asks for something else, so work/02-fix/src/count.rs stays where it is. No test \
                 reads it there.\n",
                "02-fix/src/count.rs",
            )
        };
        let told = format!("The exercise fix/count is now more/tally. {end}");
        assert!(said.starts_with(&told), "{said}");
        assert_eq!(course.read(&format!("work/{moved}")), mine);
        let list = stdout(&course.command(&["list"]));
        assert_eq!(list.contains("solved   more/tally"), fits, "{list}");
        assert_eq!(course.told(), "");
    }
}

#[test]
fn an_exercise_that_was_not_begun_is_renamed_without_a_leftover() {
    let course = Course::new();
    rename_count(&course);
    let said = course.told();
    let renamed = "The exercise fix/count is now fix/tally.\nUpdated 1 file";
    assert!(said.starts_with(renamed) && !said.contains("New"), "{said}");
    assert!(!course.path("work/02-fix/src/count.rs").exists());
    assert!(course.path("work/02-fix/src/tally.rs").exists());
}

#[test]
fn a_begun_exercise_that_the_course_drops_stays_in_the_list() {
    let course = Course::new();
    course.change("work/02-fix/src/count.rs", "todo!(\"count {x:?}\")", "0");
    course.command(&["check", "fix/count"]);
    drop_count(&course);
    course.told();
    let list = stdout(&course.command(&["list"]));
    assert!(
        list.contains("no longer in the course\n  fix/count, begun on 2"),
        "{list}"
    );
    assert!(list.contains("0 of 1 solved\n"), "{list}");
}

#[test]
fn an_exercise_that_the_course_drops_stays_where_it_is() {
    let course = Course::new();
    course.solve("fix/count");
    course.command(&["check", "fix/count"]);
    let mine = course.read("work/02-fix/src/count.rs");
    drop_count(&course);
    let said = course.told();
    assert!(
        said.contains(
            "The exercise fix/count is no longer part of the course. Your file work/02-fix/src/count.rs stays where it is."
        ),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/count.rs"), mine);
    assert_eq!(course.told(), "");
    // What was solved does not vanish either.
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("no longer in the course"), "{list}");
    assert!(list.contains("fix/count, solved on 2"), "{list}");
    assert!(
        list.contains("0 of 1 solved, and 1 that is no longer in the course"),
        "{list}"
    );
    for args in [["check", "count"], ["reset", "fix/count"]] {
        let output = course.command(&args);
        let said = stderr(&output);
        assert_eq!(code(&output), 2, "{said}");
        assert!(
            said.contains("fix/count is no longer part of the course"),
            "{said}"
        );
        let stays = "your file work/02-fix/src/count.rs stays where it is";
        assert!(
            said.contains(stays) && !said.contains("did you mean"),
            "{said}"
        );
    }
    // Its test would not compile any more and is not the reader's.
    assert!(!course.path("work/02-fix/tests/count.rs").exists());
}
