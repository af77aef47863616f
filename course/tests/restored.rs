//! A file changes and does not become newer. Cargo alone would keep the old build.

mod common;

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use common::Course;
use course::catalog::{Chapter, Layout};
use course::runner::{Limits, Outcome, snippet};

const FILE: &str = "work/02-fix/src/double.rs";
const WRONG: &str = "x + 3";
const RIGHT: &str = "x + x";

fn outcome(course: &Course, id: &str) -> Outcome {
    let verdict = course.run(id, &Limits::default());
    assert!(
        matches!(verdict.outcome, Outcome::Passed | Outcome::Failed),
        "{verdict:#?}"
    );
    verdict.outcome
}

fn set_time(course: &Course, file: &str, time: SystemTime) {
    let file = File::options().append(true).open(course.path(file));
    file.unwrap().set_modified(time).unwrap();
}

/// Both ways: the restored version is wrong, or it is right.
fn in_both_ways(change: impl Fn(&Course, &str, &str)) {
    let of = |body| {
        if body == RIGHT {
            Outcome::Passed
        } else {
            Outcome::Failed
        }
    };
    for (restored, between) in [(WRONG, RIGHT), (RIGHT, WRONG)] {
        let course = Course::new();
        course.double(restored);
        assert_eq!(outcome(&course, "fix/double"), of(restored));
        change(&course, restored, between);
        assert_eq!(outcome(&course, "fix/double"), of(restored));
    }
}

#[test]
fn a_version_that_is_restored_after_a_build_for_another_exercise_is_tested() {
    in_both_ways(|course, _, between| {
        let reset = course.command(&["reset", "fix/double"]);
        assert!(reset.status.success());
        course.double(between);
        outcome(course, "fix/count");
        // This is what `reset` tells the reader to do.
        fs::rename(course.path(&format!("{FILE}.yours-1")), course.path(FILE)).unwrap();
    });
}

#[test]
fn a_version_that_is_restored_after_the_readers_own_build_is_tested() {
    in_both_ways(|course, _, between| {
        let kept = course.path("work/02-fix/kept");
        fs::rename(course.path(FILE), &kept).unwrap();
        course.double(between);
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet"])
            .current_dir(course.path("work/02-fix"))
            .status();
        assert!(built.unwrap().success());
        fs::rename(kept, course.path(FILE)).unwrap();
    });
}

/// The build for the other exercise sees the new test file, and does not compile it.
#[test]
fn the_same_content_with_an_older_time_is_tested() {
    let course = Course::new();
    let test = "work/02-fix/tests/double.rs";
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    course.double(RIGHT);
    assert_eq!(outcome(&course, "fix/double"), Outcome::Passed);
    course.write(test, "#[test]\nfn never() {\n    panic!();\n}\n");
    outcome(&course, "fix/count");
    set_time(&course, test, long_ago);
    assert_eq!(outcome(&course, "fix/double"), Outcome::Failed);
}

/// What a block of a page prints.
fn block(course: &Course, slot: &str, code: &str) -> String {
    block_of(course, &course.catalog().chapters[0], slot, code)
}

fn block_of(course: &Course, chapter: &Chapter, slot: &str, code: &str) -> String {
    let (layout, limits) = (Layout::at(course.root()), Limits::default());
    let built = wakeful::block_on(snippet::build(&layout, chapter, slot, code, &limits)).unwrap();
    let program = built.program.expect(&built.diagnostics);
    common::stdout(&Command::new(program).output().unwrap())
}

#[test]
fn a_block_of_a_page_runs_with_a_restored_file_of_the_chapters_crate() {
    let course = Course::new();
    let chapter = "chapters/02-fix/src/lib.rs";
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    for (two, slot) in [(2, "run"), (3, "run"), (2, "verify"), (3, "run")] {
        course.write(
            chapter,
            &format!("//! A chapter.\n\n/// Two.\npub const TWO: u32 = {two};\n"),
        );
        set_time(&course, chapter, long_ago);
        let printed = block(&course, slot, "println!(\"{}\", fix::TWO);");
        assert_eq!(printed, format!("{two}\n"), "{slot}");
    }
}

/// The block of the other chapter does not depend on this crate, so cargo cannot remove its build there.
#[test]
fn a_block_runs_with_a_restored_file_after_a_block_of_another_chapter_has_run() {
    let course = Course::new();
    let file = "chapters/02-fix/src/lib.rs";
    let mut other = course.catalog().chapters[0].clone();
    (other.dir, other.package) = ("03-other".into(), "other".into());
    course.write("chapters/03-other/src/lib.rs", "//! Another chapter.\n");
    course.write(
        "chapters/03-other/Cargo.toml",
        "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    let code = "println!(\"{}\", fix::TWO);";
    assert_eq!(block(&course, "run", code), "2\n");
    let three = course.read(file).replace("= 2;", "= 3;");
    course.write(file, &three);
    set_time(&course, file, SystemTime::now() - Duration::from_hours(1));
    block_of(&course, &other, "run", "");
    block_of(&course, &other, "run", "");
    assert_eq!(block(&course, "run", code), "3\n");
}

#[test]
fn a_new_block_of_a_page_runs_after_the_clock_was_set_back() {
    let course = Course::new();
    assert_eq!(block(&course, "run", "println!(\"old\");"), "old\n");
    move_to_tomorrow(&course.path("target/course/blocks"));
    assert_eq!(block(&course, "run", "println!(\"new\");"), "new\n");
}

#[test]
fn a_change_is_tested_after_the_clock_was_set_back() {
    let course = Course::new();
    course.double(RIGHT);
    assert_eq!(outcome(&course, "fix/double"), Outcome::Passed);
    move_to_tomorrow(&course.path("target/exercises"));
    for (body, expected) in [(WRONG, Outcome::Failed), (RIGHT, Outcome::Passed)] {
        course.double(body);
        assert_eq!(outcome(&course, "fix/count"), Outcome::Failed);
        assert_eq!(outcome(&course, "fix/double"), expected);
    }
}

/// As if all that has happened in this directory had happened tomorrow.
fn move_to_tomorrow(dir: &Path) {
    let tomorrow = SystemTime::now() + Duration::from_hours(24);
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                File::open(path).unwrap().set_modified(tomorrow).unwrap();
            }
        }
    }
}

#[test]
fn a_restored_module_of_the_readers_own_is_tested() {
    let course = Course::new();
    let module = "work/02-fix/src/mine.rs";
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    course.write(
        FILE,
        "#[path = \"mine.rs\"]\nmod mine;\npub use mine::double;\n",
    );
    for (body, expected) in [
        (RIGHT, Outcome::Passed),
        (WRONG, Outcome::Failed),
        (RIGHT, Outcome::Passed),
    ] {
        course.write(
            module,
            &format!("pub fn double(x: u32) -> u32 {{ {body} }}\n"),
        );
        set_time(&course, module, long_ago);
        outcome(&course, "fix/count");
        assert_eq!(outcome(&course, "fix/double"), expected);
    }
}

#[test]
fn a_restored_file_of_the_chapters_crate_is_tested() {
    let course = Course::new();
    let chapter = "chapters/02-fix/src/lib.rs";
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    course.solve("fix/double");
    for (two, expected) in [
        (2, Outcome::Passed),
        (3, Outcome::Failed),
        (2, Outcome::Passed),
    ] {
        course.write(
            chapter,
            &format!("//! A chapter.\n\n/// Two.\npub const TWO: u32 = {two};\n"),
        );
        set_time(&course, chapter, long_ago);
        assert_eq!(outcome(&course, "fix/double"), expected);
    }
}

/// Cargo can remove no build while it cannot read a manifest.
#[test]
fn a_change_that_came_with_a_broken_manifest_is_tested() {
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    let chapter = "chapters/02-fix/src/lib.rs";
    let three = "//! A chapter.\n\n/// Two.\npub const TWO: u32 = 3;\n";
    let wrong = format!("pub fn double(x: u32) -> u32 {{\n    {WRONG}\n}}\n");
    for (file, changed) in [(chapter, three), (FILE, &*wrong)] {
        let course = Course::new();
        course.solve("fix/double");
        assert_eq!(outcome(&course, "fix/double"), Outcome::Passed);
        course.write(file, changed);
        set_time(&course, file, long_ago);
        let manifest = course.read("work/Cargo.toml");
        course.write("work/Cargo.toml", "[workspace\n");
        let broken = course.run("fix/double", &Limits::default());
        assert_eq!(broken.outcome, Outcome::ManifestBroken);
        course.write("work/Cargo.toml", &manifest);
        assert_eq!(outcome(&course, "fix/double"), Outcome::Failed, "{file}");
    }
}

#[test]
fn a_restored_build_script_is_run() {
    let course = Course::new();
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    let script = "work/02-fix/build.rs";
    course.double("x * env!(\"TWO\").parse::<u32>().unwrap()");
    for (two, expected) in [(2, Outcome::Passed), (3, Outcome::Failed)] {
        let text = format!("fn main() {{\n    println!(\"cargo::rustc-env=TWO={two}\");\n}}\n");
        course.write(script, &text);
        set_time(&course, script, long_ago);
        assert_eq!(outcome(&course, "fix/double"), expected);
    }
}

/// Cargo gives both packages the same name for what it builds.
#[test]
fn a_build_for_grading_is_not_taken_for_the_readers_own() {
    let course = Course::new();
    course.double(RIGHT);
    let test = "#[test]\nfn never() {\n    panic!();\n}\n";
    course.write("work/02-fix/tests/double.rs", test);
    assert_eq!(outcome(&course, "fix/double"), Outcome::Failed);
    let graded = course.command(&["check", "--grade", "fix/double"]);
    assert!(graded.status.success());
    assert_eq!(outcome(&course, "fix/double"), Outcome::Failed);
}

#[test]
fn a_library_with_another_root_is_tested_too() {
    let course = Course::new();
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    let manifest = course.read("work/02-fix/Cargo.toml");
    let moved = manifest.replace("[lib]", "[lib]\npath = \"src/root.rs\"");
    course.write("work/02-fix/Cargo.toml", &moved);
    course.write(
        "work/02-fix/src/root.rs",
        "pub mod count;\npub mod double;\n",
    );
    for (body, expected) in [(RIGHT, Outcome::Passed), (WRONG, Outcome::Failed)] {
        course.double(body);
        set_time(&course, FILE, long_ago);
        assert_eq!(outcome(&course, "fix/double"), expected);
    }
}

/// A server that watches the files would start the exercise again and again.
#[test]
fn no_build_changes_a_file_of_the_reader_or_of_a_chapter() {
    let course = Course::new();
    let times = || {
        let files = ["work/02-fix/src/lib.rs", "chapters/02-fix/src/lib.rs", FILE];
        files.map(|file| fs::metadata(course.path(file)).unwrap().modified().unwrap())
    };
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    for body in [RIGHT, WRONG] {
        course.double(body);
        set_time(&course, FILE, long_ago);
        let before = times();
        outcome(&course, "fix/double");
        assert_eq!(times(), before);
    }
}

#[test]
fn an_ordinary_save_removes_no_earlier_build() {
    let course = Course::new();
    outcome(&course, "fix/double");
    // `cargo clean` would remove this with the other directories of the package.
    let marker = course.path("target/exercises/debug/incremental/fix_exercises-marker");
    fs::create_dir(&marker).unwrap();
    outcome(&course, "fix/count");
    course.double(RIGHT);
    outcome(&course, "fix/double");
    course.double("x + nothing");
    let broken = course.run("fix/double", &Limits::default());
    assert_eq!(broken.outcome, Outcome::BuildFailed);
    course.double(WRONG);
    outcome(&course, "fix/double");
    outcome(&course, "fix/count");
    assert!(marker.exists(), "each save is newer than the last build");
    set_time(&course, FILE, SystemTime::UNIX_EPOCH);
    outcome(&course, "fix/double");
    assert!(!marker.exists(), "the test would notice");
}
