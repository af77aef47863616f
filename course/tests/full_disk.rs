//! A disk without room: the advice says so, and every file of the reader stays.
//!
//! The disk is a small file system in memory. Only root, or a user with their own namespaces, can
//! make one.
#![cfg(target_os = "linux")]

mod common;

use std::io::{self, Write as _};
use std::process::{Command, Output};

use common::{Course, stderr, stdout};
use course::runner::Limits;

/// Runs `cargo course` on a copy of the course on a disk of a few MiB with no room left. Then prints the
/// reader's files. `None` if this machine does not let us make such a disk.
fn on_a_full_disk(course: &Course, mount: &str, args: &str) -> Option<Output> {
    const SCRIPT: &str = r#"
        set -e
        mount -t tmpfs -o size=2m tmpfs "$MOUNT" || exit 77
        cp -r "$COURSE/." "$MOUNT"/ 2>/dev/null
        cd "$ROOT"
        dd if=/dev/zero of="$MOUNT/filler" bs=4k 2>/dev/null || true
        code=0
        "$PROGRAM" $ARGS || code=$?
        cat work/02-fix/src/double.rs
        test ! -e progress.txt || cat progress.txt
        exit $code
    "#;
    let target = course.path("target");
    std::fs::create_dir_all(&target).unwrap();
    let aside = tempfile::tempdir().unwrap();
    let (mount, root) = match mount {
        "target" => (target, course.root().to_owned()),
        _ => (aside.path().to_owned(), aside.path().to_owned()),
    };
    let copied = if mount == root {
        course.root().to_owned()
    } else {
        // Only the target directory is on the small disk.
        let empty = course.path("empty");
        std::fs::create_dir_all(&empty).unwrap();
        empty
    };
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT]);
    command
        .env("MOUNT", &mount)
        .env("ROOT", root)
        .env("COURSE", copied)
        .env("PROGRAM", env!("CARGO_BIN_EXE_course"))
        .env("ARGS", args);
    on_a_small_disk(&mut command)
}

/// Runs a script with `unshare`. The script ends with 77 if it cannot make its disk. `None` if this machine
/// does not let us make one.
fn on_a_small_disk(unshare: &mut Command) -> Option<Output> {
    let why = match unshare.output() {
        Ok(output) => {
            let said = stderr(&output);
            if output.status.code() != Some(77) && !said.contains("unshare:") {
                return Some(output);
            }
            said.trim_end().to_owned()
        }
        Err(error) => format!("unshare: {error}"),
    };
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test").to_owned();
    // `eprintln!` would not show this, because the test passes.
    let _ = writeln!(
        io::stderr(),
        "skipped {test}: this machine lets us make no small disk: {why}"
    );
    None
}

const MINE: &str = "pub fn double(x: u32) -> u32 {\n    x + x\n}\n";

#[test]
fn a_build_that_finds_no_room_says_that_the_disk_is_full() {
    let course = Course::new();
    course.double("x + x");
    let Some(output) = on_a_full_disk(&course, "target", "check fix/double") else {
        return;
    };
    let printed = stdout(&output);
    assert!(
        printed.contains("fix/double: cargo cannot build it"),
        "{output:?}"
    );
    assert!(
        printed.contains("help: the disk with target/exercises is full"),
        "{printed}"
    );
    assert!(!printed.contains("cargo course reset"), "{printed}");
    assert!(printed.contains(MINE), "{printed}");
}

/// The linker does not say what is wrong. The kernel ends it with a signal. How much room it takes depends on
/// the profile.
#[test]
fn a_linker_that_finds_no_room_says_that_the_disk_is_full() {
    const SCRIPT: &str = r#"
        cp -r target aside
        mount -t tmpfs -o size=400m tmpfs target || exit 77
        for room in 128K 256K 512K 1M 2M 4M 8M; do
            rm -rf target/*
            cp -r --preserve=timestamps aside/. target
            rm -r target/exercises/debug/incremental target/exercises/debug/deps/*double-* target/exercises/debug/deps/*fix*
            dd if=/dev/zero of=target/filler bs=4k 2>/dev/null
            truncate -s -$room target/filler
            "$PROGRAM" check fix/double >said
            # With less room, the compiler is the one that fails.
            if grep -q "error: linking with" said; then break; fi
        done
        cat said
    "#;
    let course = Course::new();
    course.double("x + x");
    course.run("fix/double", &Limits::default());
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT]);
    command.current_dir(course.root());
    command.env("PROGRAM", env!("CARGO_BIN_EXE_course"));
    let Some(output) = on_a_small_disk(&mut command) else {
        return;
    };
    let printed = stdout(&output);
    assert!(printed.contains("error: linking with"), "{output:?}");
    assert!(
        printed.contains("help: the disk with target/exercises is full"),
        "{printed}"
    );
}

#[test]
fn progress_that_finds_no_room_says_that_the_disk_is_full() {
    let course = Course::new();
    course.double("x + x");
    let solved = "# wakeful course: progress, one line an exercise\nfix/count solved 2026-05-01\n";
    course.write("progress.txt", solved);
    let Some(output) = on_a_full_disk(&course, "all", "hint double") else {
        return;
    };
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        said.contains("warning: cannot keep your progress"),
        "{said}"
    );
    assert!(
        said.contains("progress.txt is full. Free some space on it"),
        "{said}"
    );
    let printed = stdout(&output);
    assert!(printed.contains("What is twice?"), "{printed}");
    assert!(printed.ends_with(&format!("{MINE}{solved}")), "{printed}");
}
