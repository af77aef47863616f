//! Moves of the reader's files that meet others, or that stop in the middle.

mod common;

use std::fs;

use common::renames::{OfCount, rename_count};
use common::{Course, stdout};
use course::catalog::Catalog;
use course::skeleton;

/// Puts the file of each exercise where the file of the next one was.
fn shift(course: &Course, files: &[(&str, &str)]) {
    let folder = "solutions/02-fix";
    for dir in ["src", "tests"] {
        let path = |name: &str| course.path(&format!("{folder}/{dir}/{name}.rs"));
        for (from, _) in files {
            fs::rename(path(from), path(&format!("{from}-away"))).unwrap();
        }
        for (from, to) in files {
            fs::rename(path(&format!("{from}-away")), path(to)).unwrap();
        }
    }
    let toml = course.read(&format!("{folder}/exercises.toml"));
    let toml = files.iter().fold(toml, |toml, (from, to)| {
        let new = toml.replace(&format!("src/{from}.rs"), &format!("src/{to}-new.rs"));
        new.replace(&format!("tests/{from}.rs"), &format!("tests/{to}-new.rs"))
    });
    course.write(
        &format!("{folder}/exercises.toml"),
        &toml.replace("-new.rs", ".rs"),
    );
    for (from, to) in files {
        let test = format!("{folder}/tests/{to}.rs");
        course.change(
            &test,
            &format!("fix_exercises::{from}::"),
            &format!("fix_exercises::{to}::"),
        );
    }
    let modules: Vec<_> = files
        .iter()
        .map(|(_, to)| {
            format!(
                "pub mod {to};
"
            )
        })
        .collect();
    course.write(&format!("{folder}/src/lib.rs"), &modules.concat());
}

/// Generates `exercises/` as the author does, without the reader's `work/`.
fn regenerate(course: &Course) {
    let tree = skeleton::generate(&course.layout, &course.catalog().crates).unwrap();
    skeleton::regenerate(&course.layout, &tree, &mut |_| {}).unwrap();
}

/// We do not guess. The reader gets both versions.
#[test]
fn work_on_exercises_that_exchange_their_files_is_kept_and_the_start_versions_come() {
    let swap = [("double", "count"), ("count", "double")];
    let chain = [("double", "count"), ("count", "third")];
    for files in [swap, chain] {
        let course = Course::new();
        course.double("x + x");
        course.solve("fix/count");
        let mine =
            ["double", "count"].map(|name| course.read(&format!("work/02-fix/src/{name}.rs")));
        course.command(&["check"]);
        shift(&course, &files);
        regenerate(&course);
        let said = course.told();
        for (name, text) in ["double", "count"].into_iter().zip(&mine) {
            let told = format!(
                "work/02-fix/src/{name}.rs -> work/earlier/02-fix/src/{name}.rs (another exercise has this place now)"
            );
            let moved = format!("Your file was moved with it: work/02-fix/src/{name}.rs -> ");
            let kept = course.path(&format!("work/earlier/02-fix/src/{name}.rs"));
            assert_eq!(said.contains(&told), kept.exists(), "{said}");
            assert_ne!(said.contains(&moved), kept.exists(), "{said}");
            let (_, to) = files.iter().find(|(from, _)| *from == name).unwrap();
            let now = course.read(&format!("work/02-fix/src/{to}.rs"));
            if kept.exists() {
                assert_eq!(&fs::read_to_string(kept).unwrap(), text);
                assert!(now.contains("todo!"), "{now}");
            } else {
                assert_eq!(&now, text);
            }
        }
        assert_eq!(course.told(), "");
        let list = stdout(&course.command(&["list"]));
        assert!(list.contains("2 of 2 solved, but"), "{list}");
    }
}

/// An exercise is dropped, and another one takes its file.
#[test]
fn work_on_a_dropped_exercise_makes_room_for_another_one() {
    let course = Course::new();
    course.double("x + x");
    course.solve("fix/count");
    let [double, count] =
        ["double", "count"].map(|name| course.read(&format!("work/02-fix/src/{name}.rs")));
    let folder = "solutions/02-fix";
    for dir in ["src", "tests"] {
        let path = |name: &str| course.path(&format!("{folder}/{dir}/{name}.rs"));
        fs::rename(path("count"), path("double")).unwrap();
    }
    course.change(
        &format!("{folder}/tests/double.rs"),
        "count::count",
        "double::count",
    );
    course.change(&format!("{folder}/src/lib.rs"), "pub mod count;\n", "");
    let toml = course.read(&format!("{folder}/exercises.toml"));
    let (_, toml) = toml.split_once("id = \"fix/count\"").unwrap();
    let toml = format!("[[exercise]]\nid = \"fix/count\"{toml}");
    let toml = toml
        .replace("src/count.rs", "src/double.rs")
        .replace("tests/count.rs", "tests/double.rs");
    course.write(&format!("{folder}/exercises.toml"), &toml);
    regenerate(&course);
    let said = course.told();
    assert!(
        said.contains(
            "Your file was moved with it: work/02-fix/src/count.rs -> work/02-fix/src/double.rs."
        ),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/double.rs"), count);
    assert_eq!(course.read("work/earlier/02-fix/src/double.rs"), double);
    assert_eq!(
        course.command(&["check", "fix/count"]).status.code(),
        Some(0)
    );
}

/// A pull came while the tests ran.
#[test]
fn a_verdict_of_an_earlier_version_of_the_course_is_not_recorded() {
    let course = Course::new();
    let before = course.exercise("fix/count");
    assert!(Catalog::still_has(&course.layout, &before));
    rename_count(&course);
    assert!(!Catalog::still_has(&course.layout, &before));
    assert!(Catalog::still_has(
        &course.layout,
        &course.exercise("fix/tally")
    ));
}

#[test]
fn a_rename_that_was_interrupted_keeps_the_work_where_it_is() {
    let course = Course::new();
    course.solve("fix/count");
    let mine = course.read("work/02-fix/src/count.rs");
    course.command(&["check", "fix/count"]);
    rename_count(&course);
    // The record could not be written any more after the file was moved.
    let record = course.read("work/.pristine");
    course.told();
    course.write("work/.pristine", &record);
    let said = course.told();
    assert!(
        !said.contains("yours-") && !said.contains("no longer part"),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/tally.rs"), mine);
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("solved   fix/tally"), "{list}");
}

#[cfg(unix)]
#[test]
fn an_update_that_always_fails_tells_what_it_did_and_sets_nothing_aside() {
    let course = Course::new();
    course.solve("fix/count");
    let mine = course.read("work/02-fix/src/count.rs");
    fs::remove_dir_all(course.path("work/.skeletons")).unwrap();
    course.write("work/.skeletons", "");
    rename_count(&course);
    for round in 0..3 {
        let said = course.told();
        let moved = "work/02-fix/src/count.rs -> work/02-fix/src/tally.rs";
        assert_eq!(said.contains(moved), round == 0, "{said}");
        assert!(said.contains("Nothing of yours is lost"), "{said}");
        assert!(!said.contains("yours-"), "{said}");
        assert_eq!(course.read("work/02-fix/src/tally.rs"), mine);
    }
}

/// The reader works on an older branch of the course, and comes back.
#[test]
fn half_done_work_of_an_older_branch_does_not_replace_a_solution() {
    let course = Course::new();
    let before = OfCount::read(&course);
    course.solve("fix/count");
    course.command(&["check", "fix/count"]);
    rename_count(&course);
    course.told();
    let solved = course.read("work/02-fix/src/tally.rs");
    for name in ["src/tally.rs", "tests/tally.rs"] {
        fs::remove_file(course.path(&format!("solutions/02-fix/{name}"))).unwrap();
    }
    before.restore(&course);
    course.told();
    course.change("work/02-fix/src/count.rs", "todo!", "// Again.\n    todo!");
    rename_count(&course);
    let said = course.told();
    assert!(
        said.contains("work/02-fix/src/count.rs stays where it is"),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/tally.rs"), solved);
}
