//! What stays behind when an exercise gets another name: an editor with the old file, kept versions, files of the
//! reader's own, and a record that is lost.

mod common;

use std::fs;

use common::Course;
use common::renames::{add_more, drop_count, rename_count};

/// An editor that still has the old file open saves it there.
#[test]
fn what_is_saved_under_the_old_name_is_moved_again_and_nothing_is_lost() {
    let course = Course::new();
    course.change("work/02-fix/src/count.rs", "todo!", "// Begun.\n    todo!");
    let begun = course.read("work/02-fix/src/count.rs");
    rename_count(&course);
    course.told();
    course.solve("fix/tally");
    let solved = course.read("work/02-fix/src/tally.rs");
    course.write("work/02-fix/src/tally.rs", &begun);
    course.write("work/02-fix/src/count.rs", &solved);
    assert_eq!(
        course.told(),
        "The former file of fix/tally was saved again, perhaps by an editor that still has it open. Your file was moved: \
         work/02-fix/src/count.rs -> work/02-fix/src/tally.rs. What was in the new place is kept as \
         work/02-fix/src/tally.rs.yours-1.\n"
    );
    assert_eq!(course.read("work/02-fix/src/tally.rs"), solved);
    assert_eq!(course.read("work/02-fix/src/tally.rs.yours-1"), begun);
    assert!(!course.path("work/02-fix/src/count.rs").exists());
    assert_eq!(course.command(&["check", "tally"]).status.code(), Some(0));

    // What the reader has changed in the new place stays there.
    course.write("work/02-fix/src/tally.rs", &format!("{solved}// More.\n"));
    course.write("work/02-fix/src/count.rs", &begun);
    let said = course.told();
    assert!(
        said.contains("work/02-fix/src/count.rs stays where it is"),
        "{said}"
    );
    assert!(
        course
            .read("work/02-fix/src/tally.rs")
            .ends_with("// More.\n")
    );
    assert_eq!(course.read("work/02-fix/src/count.rs"), begun);
}

#[test]
fn the_kept_versions_of_a_renamed_exercise_get_the_new_name() {
    for begun in [true, false] {
        let course = Course::new();
        course.write("work/02-fix/src/count.rs", "// First.\n");
        course.command(&["reset", "fix/count"]);
        course.write("work/02-fix/src/count.rs", "// Second.\n");
        course.command(&["reset", "fix/count"]);
        if begun {
            course.write("work/02-fix/src/count.rs", "// Third.\n");
        }
        rename_count(&course);
        let said = course.told();
        let copies = "Your kept versions were moved too: work/02-fix/src/count.rs.yours-1 -> work/02-fix/src/tally.rs.yours-1, \
                      work/02-fix/src/count.rs.yours-2 -> work/02-fix/src/tally.rs.yours-2.";
        assert!(said.contains(copies), "{said}");
        assert_eq!(
            course.read("work/02-fix/src/tally.rs.yours-1"),
            "// First.\n"
        );
        assert_eq!(
            course.read("work/02-fix/src/tally.rs.yours-2"),
            "// Second.\n"
        );
        assert_eq!(
            course.read("work/02-fix/src/tally.rs") == "// Third.\n",
            begun
        );
        assert!(!course.path("work/02-fix/src/count.rs.yours-1").exists());
        assert_eq!(course.told(), "");
    }
}

#[test]
fn a_file_of_the_readers_own_makes_room_for_a_new_exercise() {
    let course = Course::new();
    course.write("work/02-fix/src/tally.rs", "// My helper.\n");
    course.solve("fix/count");
    let mine = course.read("work/02-fix/src/count.rs");
    rename_count(&course);
    let said = course.told();
    assert!(
        said.contains("What was in the new place is kept as work/02-fix/src/tally.rs.yours-1."),
        "{said}"
    );
    assert_eq!(
        course.read("work/02-fix/src/tally.rs.yours-1"),
        "// My helper.\n"
    );
    assert_eq!(course.read("work/02-fix/src/tally.rs"), mine);

    // The same for an exercise that is new in the course.
    course.write("work/03-more/src/tally.rs", "// Mine.\n");
    add_more(&course, "");
    course.change(
        "solutions/03-more/exercises.toml",
        "formerly = [\"fix/count\"]\n",
        "",
    );
    let said = course.told();
    for line in [
        "work/03-more/src/tally.rs is the file of a new exercise. Your own file with this name is kept as \
         work/03-more/src/tally.rs.yours-1.",
        "New exercises: more/tally.",
    ] {
        assert!(said.contains(line), "no {line:?} in\n{said}");
    }
    assert_eq!(
        course.read("work/03-more/src/tally.rs.yours-1"),
        "// Mine.\n"
    );
    assert!(course.read("work/03-more/src/tally.rs").contains("todo!"));
}

/// On another branch of the course, an exercise is not there.
#[test]
fn an_exercise_that_comes_back_finds_the_readers_file() {
    let course = Course::new();
    course.solve("fix/count");
    let mine = course.read("work/02-fix/src/count.rs");
    let all = [
        "src/count.rs",
        "tests/count.rs",
        "src/lib.rs",
        "exercises.toml",
    ];
    let before = all.map(|file| course.read(&format!("solutions/02-fix/{file}")));
    drop_count(&course);
    let said = course.told();
    assert!(
        said.contains("Your file work/02-fix/src/count.rs stays where it is."),
        "{said}"
    );
    for (file, text) in all.into_iter().zip(&before) {
        course.write(&format!("solutions/02-fix/{file}"), text);
    }
    let said = course.told();
    assert!(!said.contains("yours-"), "{said}");
    assert_eq!(course.read("work/02-fix/src/count.rs"), mine);
}

#[test]
fn without_the_record_a_rename_takes_the_work_along_and_leaves_no_old_test() {
    for begun in [true, false] {
        let upstream = Course::new();
        let course = Course::first_clone_of(&upstream);
        if begun {
            course.change("work/02-fix/src/count.rs", "todo!", "// Begun.\n    todo!");
        }
        fs::remove_file(course.path("work/.pristine")).unwrap();
        rename_count(&upstream);
        upstream.generate();
        upstream.commit();
        course.git(&["pull", "--quiet"]);
        let said = course.told();
        let moved = "work/02-fix/src/count.rs -> work/02-fix/src/tally.rs";
        assert_eq!(said.contains(moved), begun, "{said}");
        assert!(!said.contains("yours-"), "{said}");
        let tally = course.read("work/02-fix/src/tally.rs");
        assert_eq!(tally.contains("// Begun."), begun, "{tally}");
        for old in ["src/count.rs", "tests/count.rs"] {
            assert!(!course.path("work/02-fix").join(old).exists(), "{old}");
        }
    }
}
