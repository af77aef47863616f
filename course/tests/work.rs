//! What `work/` promises: it follows the course, and nothing of the reader's is ever lost.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Course, stderr, stdout};
use course::work::{self, WorkError};

const COUNT: &str = "02-fix/src/count.rs";

fn change(course: &Course, path: &str, from: &str, to: &str) {
    let text = course.read(path);
    assert!(text.contains(from), "{path} has no {from:?}");
    course.write(path, &text.replace(from, to));
}

/// What a command says of `work/`: on stderr, so that stdout stays what was asked for.
fn told(course: &Course) -> String {
    let list = course.command(&["list", "--json"]);
    assert_eq!(list.status.code(), Some(0), "{}", stderr(&list));
    stderr(&list)
}

#[test]
fn the_first_command_copies_the_exercises_and_says_where_they_are() {
    let course = Course::new();
    fs::remove_dir_all(course.path("work")).unwrap();
    assert_eq!(
        told(&course),
        "Your exercises are in work/. Git ignores that folder, so `git pull` never touches your work.\n"
    );
    for path in [
        "02-fix/src/double.rs",
        "02-fix/tests/double.rs",
        "Cargo.toml",
    ] {
        let (work, pristine) = (format!("work/{path}"), format!("exercises/{path}"));
        assert_eq!(course.read(&work), course.read(&pristine));
    }
    assert_eq!(told(&course), "", "there is nothing to say the second time");
    assert!(
        stdout(&course.command(&["list"]))
            .contains("next: fix/double, in work/02-fix/src/double.rs")
    );
}

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
    told(&course);

    // One is solved, the other begun, and a test and the crate's root have lines of the reader's.
    course.double("x + x");
    assert_eq!(
        course.command(&["check", "fix/double"]).status.code(),
        Some(0)
    );
    change(
        &course,
        "work/02-fix/src/count.rs",
        "todo!(\"count {x:?}\")",
        "x.len() // begun",
    );
    change(
        &course,
        "work/02-fix/tests/count.rs",
        "fn counts",
        "// Mine.\nfn counts",
    );
    change(
        &course,
        "work/02-fix/src/lib.rs",
        "pub mod count;",
        "pub mod count;\nmod mine;",
    );
    course.write("work/02-fix/src/mine.rs", "//! Mine.\n");
    let mine = ["src/double.rs", "src/count.rs", "src/mine.rs"];
    let before = mine.map(|file| course.read(&format!("work/02-fix/{file}")));

    // The course changes both skeletons and a test, and gets one exercise more.
    change(
        &upstream,
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    change(
        &upstream,
        "solutions/02-fix/src/count.rs",
        "/// How many.",
        "/// How many there are.",
    );
    change(
        &upstream,
        "solutions/02-fix/tests/count.rs",
        "&[7, 7]",
        "&[7, 8]",
    );
    change(
        &upstream,
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
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);

    let said = told(&course);
    for line in [
        "fix/double has changed since you began it. Your file is kept as it is. `cargo course reset fix/double` sets \
         your file aside and puts the new version in its place.",
        "fix/count has changed since you began it.",
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
    assert_eq!(told(&course), "", "each is told once");

    // It is solved as before, what was begun can be gone on with, and the list marks both.
    let check = course.command(&["check", "fix/double"]);
    assert_eq!(check.status.code(), Some(0), "{}", stdout(&check));
    let list = stdout(&course.command(&["list"]));
    assert_eq!(
        list.matches("(changed: `cargo course reset").count(),
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
        list.matches("(changed: `cargo course reset").count(),
        1,
        "{list}"
    );
    assert_eq!(course.git(&["status", "--porcelain"]), "");
}

#[test]
fn files_that_the_reader_did_not_touch_follow_the_course() {
    let course = Course::new();
    change(
        &course,
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    change(
        &course,
        "solutions/02-fix/tests/double.rs",
        "assert_eq!(double(3), 6)",
        "assert_eq!(double(4), 8)",
    );
    assert_eq!(
        told(&course),
        "Updated 2 files in work/ that you had not changed.\n"
    );
    assert!(course.read("work/02-fix/src/double.rs").contains("exactly"));
    assert!(
        course
            .read("work/02-fix/tests/double.rs")
            .contains("double(4)")
    );
}

#[test]
fn an_exercise_that_the_course_drops_stays_where_it_is() {
    let course = Course::new();
    course.solve("fix/count");
    course.command(&["check", "fix/count"]);
    let mine = course.read("work/02-fix/src/count.rs");
    drop_count(&course);
    let said = told(&course);
    assert!(
        said.contains(
            "work/02-fix/src/count.rs is no longer part of the course. Your file stays where it is."
        ),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/count.rs"), mine);
    assert_eq!(told(&course), "");
    // What was solved does not vanish either.
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("no longer in the course"), "{list}");
    assert!(list.contains("fix/count, solved on 2"), "{list}");
    // Its test would not compile any more and is not the reader's.
    assert!(!course.path("work/02-fix/tests/count.rs").exists());
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
    let said = told(&course);
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
    assert_eq!(told(&course), "", "it is told once");
    assert_eq!(
        course.command(&["check", "fix/double"]).status.code(),
        Some(0)
    );

    // An editor that still has the old file open must not lose what it saves there.
    let again = solved.replace("x + x", "2 * x");
    course.write("exercises/02-fix/src/double.rs", &again);
    let said = told(&course);
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
    change(
        &course,
        "solutions/02-fix/src/lib.rs",
        "mod count",
        "mod how_many",
    );
    change(
        &course,
        "solutions/02-fix/tests/how_many.rs",
        "count::count",
        "how_many::count",
    );
    let toml = "solutions/02-fix/exercises.toml";
    change(
        &course,
        toml,
        "file = \"src/count.rs\"",
        "file = \"src/how_many.rs\"\nformerly_at = [\"02-fix/src/count.rs\"]",
    );
    change(
        &course,
        toml,
        "test = \"tests/count.rs\"",
        "test = \"tests/how_many.rs\"",
    );
    let said = told(&course);
    assert!(
        said.contains("work/02-fix/src/count.rs -> work/02-fix/src/how_many.rs"),
        "{said}"
    );
    assert_eq!(course.read("work/02-fix/src/how_many.rs"), mine);
    assert_eq!(course.read("work/02-fix/src/count.rs"), mine);
    assert_eq!(
        course.command(&["check", "fix/count"]).status.code(),
        Some(0)
    );
}

/// A full disk, or a process that is killed: whatever file it stops at, the next start goes on.
#[test]
fn an_update_that_is_stopped_at_any_file_loses_nothing() {
    let course = Course::new();
    course.double("x + x");
    change(
        &course,
        "work/02-fix/tests/count.rs",
        "fn counts",
        "// Mine.\nfn counts",
    );
    let mine = course.read("work/02-fix/src/double.rs");
    let before = snapshot(&course.path("work"));
    change(
        &course,
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    change(
        &course,
        "solutions/02-fix/src/count.rs",
        "/// How many.",
        "/// How many there are.",
    );
    change(
        &course,
        "solutions/02-fix/tests/count.rs",
        "&[7, 7]",
        "&[7, 8]",
    );
    change(
        &course,
        "solutions/02-fix/tests/double.rs",
        "assert_eq!(double(3), 6)",
        "assert_eq!(double(4), 8)",
    );
    course.write("exercises/02-fix/src/older.rs", "// Older.\n");
    let stops = [
        COUNT,
        "02-fix/tests/count.rs",
        "02-fix/tests/double.rs",
        "earlier/02-fix/src/older.rs",
        ".pristine",
    ];
    for stop in stops {
        fs::remove_dir_all(course.path("work")).unwrap();
        restore(&course.path("work"), &before);
        // Where the new file would be written first, nothing can be written.
        let blocked = format!("work/{stop}.{}.tmp/x", std::process::id());
        course.write(&blocked, "");
        let error = work::update(&course.layout, &course.catalog()).unwrap_err();
        assert!(matches!(&error, WorkError::File(_)), "{stop}: {error}");
        assert!(error.advice().unwrap().contains("the disk is not full"));
        let whole = |path: &str, texts: &[&str]| {
            let now = course.read(path);
            assert!(
                texts.iter().any(|text| now.contains(text)),
                "{stop}: {path} is\n{now}"
            );
        };
        whole("work/02-fix/tests/count.rs", &["// Mine.\n", "&[7, 8]"]);
        whole(
            "work/02-fix/src/count.rs",
            &["How many.", " How many there are."],
        );
        assert_eq!(course.read("work/02-fix/src/double.rs"), mine);

        fs::remove_dir_all(course.path(&format!("work/{stop}.{}.tmp", std::process::id())))
            .unwrap();
        work::update(&course.layout, &course.catalog()).unwrap();
        assert_eq!(course.read("work/02-fix/src/double.rs"), mine, "{stop}");
        assert!(
            course
                .read("work/02-fix/src/count.rs")
                .contains("How many there are."),
            "{stop}"
        );
        assert!(
            course
                .read("work/02-fix/tests/count.rs")
                .contains("&[7, 8]"),
            "{stop}"
        );
        assert!(
            course
                .read("work/02-fix/tests/count.rs.yours-1")
                .contains("// Mine."),
            "{stop}"
        );
        assert_eq!(
            course.read("work/earlier/02-fix/src/older.rs"),
            "// Older.\n",
            "{stop}"
        );
        let again = work::update(&course.layout, &course.catalog()).unwrap();
        assert_eq!(again, work::Report::default(), "{stop}");
    }
}

#[test]
fn without_its_record_every_changed_file_counts_as_the_readers() {
    let course = Course::new();
    course.double("x + x");
    let mine = course.read("work/02-fix/src/double.rs");
    course.write("work/02-fix/tests/count.rs", "// Mine.\n");
    for damaged in [None, Some("nonsense\n")] {
        match damaged {
            None => fs::remove_file(course.path("work/.pristine")).unwrap(),
            Some(text) => course.write("work/.pristine", text),
        }
        course.write("work/02-fix/tests/count.rs", "// Mine.\n");
        told(&course);
        assert_eq!(course.read("work/02-fix/src/double.rs"), mine);
        assert_eq!(
            course.read("work/02-fix/tests/count.rs.yours-1"),
            "// Mine.\n"
        );
        assert!(
            course
                .read("work/02-fix/tests/count.rs")
                .contains("fn counts")
        );
    }
}

#[test]
fn a_file_that_the_reader_deletes_stays_away_and_a_deleted_folder_comes_back() {
    let course = Course::new();
    fs::remove_file(course.path("work/02-fix/src/double.rs")).unwrap();
    assert_eq!(told(&course), "");
    assert!(!course.path("work/02-fix/src/double.rs").exists());
    // `rm -rf work/*` leaves the files whose names begin with a dot.
    fs::remove_dir_all(course.path("work/02-fix")).unwrap();
    fs::remove_file(course.path("work/Cargo.toml")).unwrap();
    told(&course);
    assert!(course.path("work/02-fix/src/double.rs").exists());
}

#[test]
fn commands_go_on_where_work_cannot_be_written() {
    let course = Course::new();
    fs::remove_dir_all(course.path("work")).unwrap();
    course.write("work", "a file of that name");
    let list = course.command(&["list"]);
    assert_eq!(list.status.code(), Some(0));
    let said = stderr(&list);
    assert!(
        said.contains("warning: work/ could not be brought up to date"),
        "{said}"
    );
    assert!(said.contains("help: check that"), "{said}");
    assert_eq!(course.read("work"), "a file of that name");
}

fn drop_count(course: &Course) {
    for file in ["src/count.rs", "tests/count.rs"] {
        fs::remove_file(course.path(&format!("solutions/02-fix/{file}"))).unwrap();
    }
    change(
        course,
        "solutions/02-fix/src/lib.rs",
        "pub mod count;\n",
        "",
    );
    let toml = course.read("solutions/02-fix/exercises.toml");
    let end = toml.find("[[exercise]]\nid = \"fix/count\"").unwrap();
    course.write("solutions/02-fix/exercises.toml", &toml[..end]);
}

fn snapshot(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = course::files::walk(dir, &|_| false).unwrap();
    let read = |path: PathBuf| (path.clone(), fs::read(dir.join(path)).unwrap());
    files.into_iter().map(read).collect()
}

fn restore(dir: &Path, files: &[(PathBuf, Vec<u8>)]) {
    for (path, content) in files {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}
