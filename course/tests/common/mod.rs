//! A small course in a temporary directory: one chapter and two exercises. These tests do not
//! depend on the real chapters.

// Each test file uses only a part of this module.
#![allow(dead_code)]

pub mod renames;
mod repository;
mod runtime;
#[cfg(target_os = "linux")]
pub mod terminal;
pub mod verdict;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use course::catalog::{Catalog, Exercise, Layout};
use course::runner::{self, Limits, Verdict};
use course::skeleton;
use course::watch::Watch;
use course::work;

const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        r#"[workspace]
resolver = "3"
members = ["chapters/*", "solutions/*"]
exclude = ["exercises"]

[workspace.package]
version = "0.1.0"
edition = "2024"

[workspace.lints.rust]
unsafe_code = "deny"
"#,
    ),
    (
        "chapters/02-fix/Cargo.toml",
        "[package]\nname = \"fix\"\nversion.workspace = true\nedition.workspace = true\n",
    ),
    (
        "chapters/02-fix/src/lib.rs",
        "//! A chapter.\n\n/// Two.\npub const TWO: u32 = 2;\n",
    ),
    (
        "chapters/02-fix/tests/promises.rs",
        "#[test]\nfn two_is_two() {\n    assert_eq!(fix::TWO, 2);\n}\n\nfn no_test() {}\n",
    ),
    (
        "chapters/02-fix/examples/two.rs",
        "fn main() {\n    println!(\"two is {}\", fix::TWO);\n}\n",
    ),
    (
        "chapters/02-fix/outputs/two.txt",
        "$ cargo run -p fix --example two\ntwo is 2\n",
    ),
    (
        "solutions/02-fix/Cargo.toml",
        r#"[package]
name = "fix-solutions"
version.workspace = true
edition.workspace = true

[lints]
workspace = true

[lib]
name = "fix_exercises"

[dependencies]
fix = { path = "../../chapters/02-fix" }
"#,
    ),
    (
        "solutions/02-fix/src/lib.rs",
        "//! Exercises.\n\npub mod count;\npub mod double;\n",
    ),
    (
        "solutions/02-fix/src/double.rs",
        r#"//! Double it.

/// Twice `x`.
pub fn double(x: u32) -> u32 {
    // hole: begin
    x * fix::TWO
    // hole: instead
    //| todo!("double {x}")
    // hole: end
}
"#,
    ),
    (
        "solutions/02-fix/tests/double.rs",
        r#"use fix_exercises::double::double;

#[test]
fn doubles_one() {
    assert_eq!(double(1), 2);
}

#[test]
fn doubles_three() {
    assert_eq!(double(3), 6);
}

#[test]
#[ignore = "takes long"]
fn doubles_them_all() {}
"#,
    ),
    (
        "solutions/02-fix/src/count.rs",
        r#"//! Count it.

/// How many.
pub fn count(x: &[u32]) -> usize {
    // hole: begin
    x.len()
    // hole: instead
    //| todo!("count {x:?}")
    // hole: end
}
"#,
    ),
    (
        "solutions/02-fix/tests/count.rs",
        "#[test]\nfn counts() {\n    assert_eq!(fix_exercises::count::count(&[7, 7]), 2);\n}\n",
    ),
    (
        "solutions/02-fix/exercises.toml",
        r#"[[exercise]]
id = "fix/double"
title = "Double it"
kind = "extend"
minutes = 5
file = "src/double.rs"
test = "tests/double.rs"
summary = "Make `double` double."
hints = ["What is twice?", "Multiply.", "`x * fix::TWO`"]

[[exercise.mutants]]
name = "adds-two"
belief = "twice is two more"
patch = "mutants/double/adds-two.patch"
caught_by = "doubles_one"

[[exercise.mutants]]
name = "squares"
belief = "twice is squared"
patch = "mutants/double/squares.patch"
caught_by = "doubles_three"

[[exercise.mutants]]
name = "keeps"
belief = "once is enough"
patch = "mutants/double/keeps.patch"
caught_by = "doubles_one"

[[exercise]]
id = "fix/count"
title = "Count it"
kind = "build"
minutes = 5
file = "src/count.rs"
test = "tests/count.rs"
summary = "Make `count` count."
hints = ["How many?", "Slices know.", "`x.len()`"]

[[exercise.mutants]]
name = "none"
belief = "there is nothing"
patch = "mutants/count/none.patch"
caught_by = "counts"

[[exercise.mutants]]
name = "one-less"
belief = "indices begin at zero"
patch = "mutants/count/one-less.patch"
caught_by = "counts"

[[exercise.mutants]]
name = "one-more"
belief = "one more is safer"
patch = "mutants/count/one-more.patch"
caught_by = "counts"
"#,
    ),
    (
        "solutions/02-fix/mutants/double/adds-two.patch",
        DOUBLE_ADDS,
    ),
    (
        "solutions/02-fix/mutants/double/squares.patch",
        DOUBLE_SQUARES,
    ),
    ("solutions/02-fix/mutants/double/keeps.patch", DOUBLE_KEEPS),
    ("solutions/02-fix/mutants/count/none.patch", COUNT_NONE),
    ("solutions/02-fix/mutants/count/one-less.patch", COUNT_LESS),
    ("solutions/02-fix/mutants/count/one-more.patch", COUNT_MORE),
];

macro_rules! patch {
    ($file:literal, $old:literal, $new:literal) => {
        concat!(
            "--- a/src/",
            $file,
            "\n+++ b/src/",
            $file,
            "\n@@ -5,3 +5,3 @@\n     // hole: begin\n-    ",
            $old,
            "\n+    ",
            $new,
            "\n     // hole: instead\n"
        )
    };
}
const DOUBLE_ADDS: &str = patch!("double.rs", "x * fix::TWO", "x + fix::TWO");
const DOUBLE_SQUARES: &str = patch!("double.rs", "x * fix::TWO", "x * x");
const DOUBLE_KEEPS: &str = patch!("double.rs", "x * fix::TWO", "x * (fix::TWO - 1)");
const COUNT_NONE: &str = patch!("count.rs", "x.len()", "x.len() * 0");
const COUNT_LESS: &str = patch!("count.rs", "x.len()", "x.len() - 1");
const COUNT_MORE: &str = patch!("count.rs", "x.len()", "x.len() + 1");

/// The course. Dropping it deletes its directory.
pub struct Course {
    dir: tempfile::TempDir,
    pub layout: Layout,
}

impl Course {
    /// The course with generated skeletons.
    pub fn new() -> Self {
        // Next to the build, because /tmp may be small or may not allow programs to run.
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let layout = Layout::at(dir.path().canonicalize().unwrap());
        let course = Self { dir, layout };
        for (path, text) in FILES {
            course.write(path, text);
        }
        course.generate();
        course
    }

    /// The course with a runtime of the reader's: two modules, of which the second uses the first, and a program.
    pub fn with_runtime() -> Self {
        let course = Self::new();
        for (path, text) in runtime::FILES {
            course.write(path, text);
        }
        course.generate();
        course
    }

    /// Generates `exercises/` from the solutions and updates `work/`.
    pub fn generate(&self) {
        let tree = skeleton::generate(&self.layout, &self.catalog().crates).unwrap();
        skeleton::regenerate(&self.layout, &tree, &mut |_| {}).unwrap();
        work::update(&self.layout, &self.catalog()).unwrap();
    }

    pub fn root(&self) -> &Path {
        self.layout.root()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn catalog(&self) -> Catalog {
        Catalog::load(&self.layout).unwrap()
    }

    pub fn exercise(&self, id: &str) -> Exercise {
        self.catalog().exercise(id).unwrap().clone()
    }

    /// Writes a solution into the reader's file. For a module it is not word for word ours, which would count as
    /// filled.
    pub fn solve(&self, id: &str) {
        let exercise = self.exercise(id);
        let source = fs::read_to_string(exercise.solution_path(&self.layout)).unwrap();
        let ours = skeleton::solution(&source).unwrap();
        let own = exercise
            .module
            .as_ref()
            .map_or("", |_| "\nconst _: () = ();\n");
        fs::write(exercise.path(&self.layout), ours + own).unwrap();
    }

    /// Replaces the body of `double` in the reader's file.
    pub fn double(&self, body: &str) {
        self.double_in("work", body);
    }

    /// Replaces the body of `double` in `work/` or in `exercises/`.
    pub fn double_in(&self, folder: &str, body: &str) {
        self.write(
            &format!("{folder}/02-fix/src/double.rs"),
            &format!("pub fn double(x: u32) -> u32 {{\n    {body}\n}}\n"),
        );
    }

    /// Runs an exercise and returns its verdict.
    pub fn run(&self, id: &str, limits: &Limits) -> Verdict {
        wakeful::block_on(runner::run(&self.layout, &self.exercise(id), limits)).unwrap()
    }

    /// Waits until a file exists and is not empty.
    pub async fn written(&self, path: &str) -> String {
        let mut watch = Watch::new(&[self.root()]).unwrap();
        loop {
            match fs::read_to_string(self.path(path)) {
                Ok(text) if !text.is_empty() => return text,
                _ => {
                    let change = wakeful::time::timeout(Duration::from_mins(1), watch.next()).await;
                    change.unwrap_or_else(|_| panic!("{path} was not written within a minute"));
                }
            }
        }
    }

    /// Runs `cargo course` with these arguments in this course.
    pub fn command(&self, args: &[&str]) -> Output {
        self.start(args).output().unwrap()
    }

    /// The same command, not started yet.
    pub fn start(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
        command
            .args(args)
            .current_dir(self.root())
            .env_remove("NO_COLOR");
        command
    }
}

/// The exit code of a command.
pub fn code(output: &Output) -> i32 {
    let code = output.status.code();
    code.unwrap_or_else(|| panic!("no exit code: {output:?}"))
}

/// The stdout of a command.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The stderr of a command.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A killed process needs a moment to die, and an orphan stays a zombie until init collects it.
#[cfg(target_os = "linux")]
pub fn wait_until_gone(pid: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    let alive = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !(stat.is_empty() || stat.contains(") Z "))
    };
    while alive() {
        assert!(
            Instant::now() < deadline,
            "process {pid} still exists after 10 s"
        );
        std::thread::yield_now();
    }
}
