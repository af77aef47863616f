//! What stays behind when an exercise gets another name: an editor with the old file, kept versions, files of the
//! reader's own, and a record that is lost.

mod common;

use std::fs;

use common::renames::{OfCount, add_more, drop_count, rename, rename_count};
use common::{Course, stdout};

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
    // An older save of the same editor needs no copy.
    course.write("work/02-fix/src/count.rs", &format!("{solved}// Again.\n"));
    let said = course.told();
    assert!(!said.contains("is kept as"), "{said}");
    course.write("work/02-fix/src/count.rs", &solved);
    course.told();
    assert!(!course.path("work/02-fix/src/tally.rs.yours-2").exists());
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
    let before = OfCount::read(&course);
    drop_count(&course);
    let said = course.told();
    assert!(
        said.contains("Your file work/02-fix/src/count.rs stays where it is."),
        "{said}"
    );
    before.restore(&course);
    let said = course.told();
    assert!(!said.contains("yours-"), "{said}");
    let back = "The exercise fix/count is part of the course again, with your file.";
    assert!(said.contains(back), "{said}");
    let news = course.read("work/.news");
    assert!(
        news.contains(back) && !news.contains("no longer part"),
        "{news}"
    );
    assert_eq!(course.read("work/02-fix/src/count.rs"), mine);

    // It comes back with a harder test.
    drop_count(&course);
    course.told();
    before.restore(&course);
    course.change("solutions/02-fix/tests/count.rs", "&[7, 7]", "&[7, 8]");
    let said = course.told();
    assert!(said.contains(back), "{said}");
    let changed = "fix/count has changed since you began it: its test.";
    assert!(said.contains(changed), "{said}");
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/count"]));
    assert!(diff.contains("&[7, 8]"), "{diff}");

    // The reader has deleted the file in between.
    drop_count(&course);
    course.told();
    fs::remove_file(course.path("work/02-fix/src/count.rs")).unwrap();
    before.restore(&course);
    let said = course.told();
    let back = "The exercise fix/count is part of the course again.\n";
    assert!(
        format!("{said}\n").contains(back) && !said.contains("New"),
        "{said}"
    );
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

/// Two editors have the file open, each under another of its former names.
#[test]
fn saves_under_two_former_names_do_not_replace_each_other() {
    let course = Course::new();
    course.solve("fix/count");
    rename_count(&course);
    course.told();
    rename(&course, "tally", "total");
    course.told();
    let now = course.read("work/02-fix/src/total.rs");
    let saves = ["count", "tally"].map(|name| (name, format!("{now}// Saved as {name}.\n")));
    for (name, text) in &saves {
        course.write(&format!("work/02-fix/src/{name}.rs"), text);
        course.told();
    }
    let files = fs::read_dir(course.path("work/02-fix/src")).unwrap();
    let kept = files.filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok());
    let kept: Vec<String> = kept.collect();
    for (name, text) in &saves {
        assert!(kept.contains(text), "the save under {name} is gone");
    }
}

#[test]
fn a_begun_exercise_whose_test_changes_with_its_name_says_so() {
    for changes in [true, false] {
        let course = Course::new();
        course.change("work/02-fix/src/count.rs", "todo!(\"count {x:?}\")", "0");
        rename_count(&course);
        if changes {
            course.change("solutions/02-fix/tests/tally.rs", "&[7, 7]", "&[7, 8]");
        }
        let said = course.told();
        let news = "fix/tally has changed since you began it: its test.";
        assert_eq!(said.contains(news), changes, "{said}");
        let diff = stdout(&course.command(&["diff", "--skeleton", "fix/tally"]));
        assert_eq!(
            diff.contains("+    assert_eq!(fix_exercises::tally::count(&[7, 8])"),
            changes,
            "{diff}"
        );
    }
}

#[test]
fn a_new_name_alone_does_not_mark_a_solved_exercise_as_changed() {
    let course = Course::new();
    // The start version has the id in its text.
    course.change(
        "solutions/02-fix/src/count.rs",
        "//! Count it.",
        "//! Exercise `fix/count`.",
    );
    course.told();
    course.change(
        "work/02-fix/src/count.rs",
        "todo!(\"count {x:?}\")",
        "x.len()",
    );
    course.command(&["check", "fix/count"]);
    rename_count(&course);
    course.change("solutions/02-fix/src/tally.rs", "fix/count", "fix/tally");
    let said = course.told();
    assert!(!said.contains("has changed"), "{said}");
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("solved   fix/tally"), "{list}");
    assert!(!list.contains("changed"), "{list}");
}

#[test]
fn a_begun_exercise_that_comes_back_changed_says_so() {
    let course = Course::new();
    course.change("work/02-fix/src/count.rs", "todo!(\"count {x:?}\")", "0");
    let before = OfCount::read(&course);
    drop_count(&course);
    course.told();
    before.restore(&course);
    course.change(
        "solutions/02-fix/src/count.rs",
        "How many.",
        "How many there are.",
    );
    let said = course.told();
    assert!(
        said.contains("fix/count has changed since you began it: its start version."),
        "{said}"
    );
}

#[test]
fn an_exercise_whose_file_is_not_there_is_renamed_and_not_called_gone() {
    for folder in [false, true] {
        let course = Course::new();
        fs::remove_file(course.path("work/02-fix/src/count.rs")).unwrap();
        course.write("work/02-fix/src/count.rs.yours-1", "// Kept.\n");
        if folder {
            fs::create_dir(course.path("work/02-fix/src/count.rs")).unwrap();
        }
        rename_count(&course);
        let said = course.told();
        assert!(
            said.contains("The exercise fix/count is now fix/tally."),
            "{said}"
        );
        assert!(!said.contains("no longer part"), "{said}");
        assert_eq!(said.contains("There is a folder"), folder, "{said}");
        assert_eq!(
            course.read("work/02-fix/src/tally.rs.yours-1"),
            "// Kept.\n"
        );
        assert_eq!(course.told(), "");
    }
}

#[test]
fn a_reset_is_not_undone_by_a_file_that_was_left_in_the_old_place() {
    let course = Course::new();
    course.solve("fix/count");
    let old = course.read("work/02-fix/src/count.rs");
    course.write("work/02-fix/src/tally.rs", "pub fn count() {}\n");
    rename_count(&course);
    let said = course.told();
    assert!(
        said.contains("work/02-fix/src/count.rs stays where it is"),
        "{said}"
    );
    course.command(&["reset", "fix/tally"]);
    assert_eq!(course.told(), "");
    assert!(course.read("work/02-fix/src/tally.rs").contains("todo!"));
    assert_eq!(course.read("work/02-fix/src/count.rs"), old);
}

#[test]
fn a_module_of_the_readers_own_with_a_former_name_is_no_work_on_the_exercise() {
    let course = Course::new();
    rename_count(&course);
    course.told();
    course.write("work/02-fix/src/count.rs", "pub fn my_helper() {}\n");
    assert_eq!(course.told(), "");
    assert!(course.path("work/02-fix/src/count.rs").exists());
}

#[cfg(unix)]
#[test]
fn a_link_from_the_old_name_to_the_new_one_stays_a_link() {
    let course = Course::new();
    course.solve("fix/count");
    let mine = course.read("work/02-fix/src/count.rs");
    rename_count(&course);
    course.told();
    let link = course.path("work/02-fix/src/count.rs");
    std::os::unix::fs::symlink("tally.rs", &link).unwrap();
    for _ in 0..2 {
        assert_eq!(course.told(), "");
    }
    assert_eq!(course.read("work/02-fix/src/tally.rs"), mine);
    assert!(link.is_symlink());
}

/// The exercise is renamed together with the function that it asks for.
#[test]
fn a_save_under_the_old_name_counts_also_with_a_new_name_of_the_function() {
    let course = Course::new();
    course.solve("fix/count");
    let old = course.read("work/02-fix/src/count.rs");
    rename_count(&course);
    course.change(
        "solutions/02-fix/src/tally.rs",
        "pub fn count",
        "pub fn tally",
    );
    course.change(
        "solutions/02-fix/tests/tally.rs",
        "tally::count",
        "tally::tally",
    );
    course.told();
    course.write("work/02-fix/src/count.rs", &format!("{old}// Saved.\n"));
    let said = course.told();
    assert!(
        said.contains("The former file of fix/tally was saved again"),
        "{said}"
    );
    assert!(
        course
            .read("work/02-fix/src/tally.rs")
            .ends_with("// Saved.\n")
    );
}
