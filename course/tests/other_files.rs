//! Files in `work/` that are neither the course's nor an exercise's.

mod common;

#[cfg(unix)]
use std::fs;
#[cfg(unix)]
use std::process::Command;

use common::Course;

#[cfg(unix)]
#[test]
fn temporary_files_of_killed_commands_are_removed() {
    let course = Course::new();
    let mut killed = Command::new("true").spawn().unwrap();
    killed.wait().unwrap();
    let (killed, running) = (killed.id(), std::process::id());
    let left = [
        format!("work/02-fix/src/double.rs.{killed}.tmp"),
        format!("work/.pristine.{killed}.tmp"),
    ];
    let others = [
        format!("work/02-fix/src/double.rs.{running}.tmp"),
        format!("work/02-fix/src/mine.rs.{killed}.tmp"),
        "work/02-fix/src/double.rs.mine.tmp".to_owned(),
    ];
    for path in left.iter().chain(&others) {
        course.write(path, "half");
    }
    course.command(&["list"]);
    let is_there = |path: &String| course.path(path).exists();
    assert!(!left.iter().any(is_there));
    assert!(others.iter().all(is_there));
}

/// The book recommends it to readers who want to keep the history of their work.
#[test]
fn work_can_be_a_repository_of_the_readers_own() {
    let course = Course::new();
    course.git(&["init", "--quiet", "work"]);
    let in_work = |args: &[&str]| course.git(&[&["-C", "work"], args].concat());
    in_work(&["add", "--all"]);
    in_work(&["commit", "--quiet", "--message=Begin"]);
    course.solve("fix/double");
    assert_eq!(
        course.command(&["check", "fix/double"]).status.code(),
        Some(0)
    );
    course.change(
        "solutions/02-fix/src/count.rs",
        "How many.",
        "How many there are.",
    );
    let said = course.told();
    assert!(said.contains("Updated 1 file"), "{said}");
    let changed = in_work(&["status", "--porcelain", "02-fix"]);
    assert_eq!(changed, " M 02-fix/src/count.rs\n M 02-fix/src/double.rs\n");
    in_work(&["fsck", "--strict"]);
}

#[cfg(unix)]
#[test]
fn a_file_with_a_strange_name_does_not_spoil_the_record() {
    use std::os::unix::ffi::OsStrExt;
    let course = Course::new();
    for name in [&b"a\nb.rs"[..], b"\xff.rs"] {
        let name = std::ffi::OsStr::from_bytes(name);
        fs::write(course.path("exercises/02-fix/src").join(name), "// Mine.\n").unwrap();
    }
    for _ in 0..2 {
        assert_eq!(course.told(), "");
    }
}
