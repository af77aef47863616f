//! What `work/` promises when the course changes: the reader's files follow it, and no work is lost.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use common::{Course, stdout};

#[test]
fn a_pull_of_changed_exercises_loses_nothing_of_solved_and_started_work() {
    let upstream = Course::new();
    upstream.write(
        ".gitignore",
        "target/\n/work/\n/progress.txt*\nCargo.lock\n",
    );
    upstream.git(&["init", "--quiet", "--initial-branch=main"]);
    upstream.commit();
    let course = Course::clone_of(&upstream);
    course.told();

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

    // It is solved as before, what was begun can be gone on with, and the list marks both.
    let check = course.command(&["check", "fix/double"]);
    assert_eq!(check.status.code(), Some(0), "{}", stdout(&check));
    let list = stdout(&course.command(&["list"]));
    assert_eq!(
        list.matches("(changed: `cargo course diff --skeleton")
            .count(),
        2,
        "{list}"
    );
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
    let list = stdout(&course.command(&["list"]));
    assert_eq!(
        list.matches("(changed: `cargo course diff --skeleton")
            .count(),
        1,
        "{list}"
    );
    assert_eq!(course.git(&["status", "--porcelain"]), "");
}

/// The course changes both skeletons and a test, and gets one exercise more.
fn change_all(upstream: &Course) {
    upstream.change(
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    upstream.change(
        "solutions/02-fix/src/count.rs",
        "/// How many.",
        "/// How many there are.",
    );
    upstream.change("solutions/02-fix/tests/count.rs", "&[7, 7]", "&[7, 8]");
    upstream.change(
        "solutions/02-fix/src/lib.rs",
        "pub mod double;",
        "pub mod double;\npub mod half;",
    );
    upstream.write(
        "solutions/02-fix/src/half.rs",
        "pub fn half(x: u32) -> u32 {\n    // hole: begin\n    x / 2\n    // hole: instead\n    //| todo!(\"halve {x}\")\n    // hole: end\n}\n",
    );
    upstream.write(
        "solutions/02-fix/tests/half.rs",
        "#[test]\nfn halves() {\n    assert_eq!(fix_exercises::half::half(8), 4);\n}\n",
    );
    let exercises = upstream.read("solutions/02-fix/exercises.toml");
    upstream.write(
        "solutions/02-fix/exercises.toml",
        &format!(
            "{exercises}\n[[exercise]]\nid = \"fix/half\"\ntitle = \"Halve it\"\nkind = \"move\"\nminutes = 5\n\
             file = \"src/half.rs\"\ntest = \"tests/half.rs\"\nsummary = \"Halve.\"\nhints = [\"a\", \"b\", \"c\"]\n"
        ),
    );
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

/// `fix/count` becomes `fix/tally`, and so do its files.
fn rename_count(course: &Course) {
    for dir in ["src", "tests"] {
        let path = |name| course.path(&format!("solutions/02-fix/{dir}/{name}.rs"));
        fs::rename(path("count"), path("tally")).unwrap();
    }
    course.change("solutions/02-fix/src/lib.rs", "mod count", "mod tally");
    course.change(
        "solutions/02-fix/tests/tally.rs",
        "count::count",
        "tally::count",
    );
    let toml = "solutions/02-fix/exercises.toml";
    course.change(
        toml,
        "id = \"fix/count\"",
        "id = \"fix/tally\"\nformerly = [\"fix/count\"]",
    );
    course.change(toml, "src/count.rs", "src/tally.rs");
    course.change(toml, "tests/count.rs", "tests/tally.rs");
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
    // The reader has already begun the new file, for example from another branch.
    course.change("work/02-fix/src/count.rs", "todo!", "// Old.\n    todo!");
    course.write("work/02-fix/src/tally.rs", "// New.\n");
    rename_count(&course);
    assert_eq!(
        course.told(),
        "The exercise fix/count is now fix/tally. You have changed the file in the new place too, so \
         work/02-fix/src/count.rs stays where it is.\nUpdated 1 file in work/ that you had not changed: \
         work/02-fix/src/lib.rs.\n"
    );
    assert!(course.read("work/02-fix/src/count.rs").contains("// Old."));
    assert_eq!(course.read("work/02-fix/src/tally.rs"), "// New.\n");
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
                "The new one asks for something else, so work/02-fix/src/count.rs stays where it is.\n",
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

/// A chapter with one exercise, which was `fix/count` before.
fn add_more(course: &Course, entry: &str) {
    let package = |name: &str, rest: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n{rest}"
        )
    };
    course.write("chapters/03-more/Cargo.toml", &package("more", ""));
    course.write("chapters/03-more/src/lib.rs", "");
    let solution =
        |file: &str, text: &str| course.write(&format!("solutions/03-more/{file}"), text);
    let lib = "\n[lib]\nname = \"more_exercises\"\n";
    solution("Cargo.toml", &package("more-solutions", lib));
    solution("src/lib.rs", "pub mod tally;\n");
    solution(
        "src/tally.rs",
        "pub fn tally() -> u32 {\n    // hole: begin\n    1\n    // hole: instead\n    //| todo!()\n    // hole: end\n}\n",
    );
    solution("tests/tally.rs", "#[test]\nfn tallies() {}\n");
    let toml = format!(
        "[[exercise]]\nid = \"more/tally\"\nformerly = [\"fix/count\"]\n{entry}title = \"Tally\"\nkind = \"move\"\n\
         minutes = 5\nfile = \"src/tally.rs\"\ntest = \"tests/tally.rs\"\nsummary = \"Tally.\"\n\
         hints = [\"a\", \"b\", \"c\"]\n"
    );
    solution("exercises.toml", &toml);
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
fn a_lost_record_blames_the_reader_for_no_change_of_the_course() {
    let upstream = Course::new();
    upstream.write(
        ".gitignore",
        "target/\n/work/\n/progress.txt*\nCargo.lock\n",
    );
    upstream.git(&["init", "--quiet", "--initial-branch=main"]);
    upstream.commit();
    let course = Course::clone_of(&upstream);
    course.told();
    course.change(
        "work/02-fix/src/count.rs",
        "todo!(\"count {x:?}\")",
        "x.len()",
    );
    let mine = course.read("work/02-fix/src/count.rs");
    fs::remove_file(course.path("work/.pristine")).unwrap();
    fs::remove_dir_all(course.path("work/.skeletons")).unwrap();
    change_all(&upstream);
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);

    let said = course.told();
    assert!(!said.contains("you had changed"), "{said}");
    assert!(!said.contains("is kept as"), "{said}");
    let double = course.read("work/02-fix/src/double.rs");
    assert!(double.contains("exactly"), "{double}");
    assert!(
        course
            .read("work/02-fix/tests/count.rs")
            .contains("&[7, 8]")
    );
    assert_eq!(course.read("work/02-fix/src/count.rs"), mine);
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
    assert!(!list.contains("changed"), "{list}");
    assert!(list.contains("solved   fix/double"), "{list}");
    let again = stdout(&course.command(&["diff", "--skeleton", "fix/double"]));
    assert!(
        again.contains("Nothing in fix/double has changed"),
        "{again}"
    );

    // What comes after the look is news again, and only that.
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
    // Its test would not compile any more and is not the reader's.
    assert!(!course.path("work/02-fix/tests/count.rs").exists());
}

fn drop_count(course: &Course) {
    for file in ["src/count.rs", "tests/count.rs"] {
        fs::remove_file(course.path(&format!("solutions/02-fix/{file}"))).unwrap();
    }
    course.change("solutions/02-fix/src/lib.rs", "pub mod count;\n", "");
    let toml = course.read("solutions/02-fix/exercises.toml");
    let end = toml.find("[[exercise]]\nid = \"fix/count\"").unwrap();
    course.write("solutions/02-fix/exercises.toml", &toml[..end]);
}
