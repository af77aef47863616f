//! What `work/` promises: it follows the course, and nothing of the reader's is ever lost.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Course, stderr, stdout};
use course::commands::CommandError;
use course::runner::{self, Limits, Outcome};
use course::work::{self, WorkError};

const COUNT: &str = "02-fix/src/count.rs";

#[test]
fn the_first_command_copies_the_exercises_and_says_where_they_are() {
    let course = Course::new();
    fs::remove_dir_all(course.path("work")).unwrap();
    assert_eq!(
        course.told(),
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
    assert_eq!(course.told(), "", "there is nothing to say the second time");
    assert!(
        stdout(&course.command(&["list"]))
            .contains("next: fix/double, in work/02-fix/src/double.rs")
    );
}

/// Cargo looks for the path in an alias from the folder where the reader types it.
#[test]
fn cargo_course_works_in_every_folder_of_work() {
    let course = Course::with_runtime();
    course.change("Cargo.toml", "members = [", "members = [\"course\", ");
    course.write(
        "course/Cargo.toml",
        "[package]\nname = \"course\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    course.write(
        "course/src/main.rs",
        "fn main() { println!(\"this is it\"); }\n",
    );
    let mut folders = vec![course.path("work")];
    while let Some(folder) = folders.pop() {
        let output = Command::new(env!("CARGO"))
            .args(["course"])
            .current_dir(&folder)
            .env("CARGO_NET_OFFLINE", "true")
            .output()
            .unwrap();
        let said = stderr(&output);
        assert_eq!(
            stdout(&output),
            "this is it\n",
            "{}: {said}",
            folder.display()
        );
        let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap());
        let visible = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
        folders.extend(
            visible
                .map(|entry| entry.path())
                .filter(|path| path.is_dir()),
        );
    }
}

#[test]
fn files_that_the_reader_did_not_touch_follow_the_course() {
    let course = Course::new();
    course.change(
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    course.change(
        "solutions/02-fix/tests/double.rs",
        "assert_eq!(double(3), 6)",
        "assert_eq!(double(4), 8)",
    );
    assert_eq!(
        course.told(),
        "Updated 2 files in work/ that you had not changed: work/02-fix/src/double.rs, work/02-fix/tests/double.rs.\n"
    );
    assert!(course.read("work/02-fix/src/double.rs").contains("exactly"));
    assert!(
        course
            .read("work/02-fix/tests/double.rs")
            .contains("double(4)")
    );
}

/// A full disk, or a process that is killed: whatever file it stops at, the next start goes on.
#[test]
fn an_update_that_is_stopped_at_any_file_loses_nothing() {
    let course = Course::new();
    course.double("x + x");
    course.change(
        "work/02-fix/tests/count.rs",
        "fn counts",
        "// Mine.\nfn counts",
    );
    let mine = course.read("work/02-fix/src/double.rs");
    let before = snapshot(&course.path("work"));
    course.change(
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    course.change(
        "solutions/02-fix/src/count.rs",
        "/// How many.",
        "/// How many there are.",
    );
    course.change("solutions/02-fix/tests/count.rs", "&[7, 7]", "&[7, 8]");
    course.change(
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
        let stopped = work::update(&course.layout, &course.catalog()).unwrap_err();
        let error = stopped.source;
        assert!(matches!(&error, WorkError::File(_)), "{stop}: {error}");
        assert!(error.advice().unwrap().contains("Nothing of yours is lost"));
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
        course.told();
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
    assert_eq!(course.told(), "");
    assert!(!course.path("work/02-fix/src/double.rs").exists());
    // `rm -rf work/*` leaves the files whose names begin with a dot.
    fs::remove_dir_all(course.path("work/02-fix")).unwrap();
    fs::remove_file(course.path("work/Cargo.toml")).unwrap();
    course.told();
    assert!(course.path("work/02-fix/src/double.rs").exists());
}

/// A reset would take the folder away.
#[test]
fn a_file_that_is_there_and_cannot_be_read_is_not_called_missing() {
    let course = Course::new();
    fs::remove_file(course.path("work/02-fix/src/double.rs")).unwrap();
    fs::create_dir(course.path("work/02-fix/src/double.rs")).unwrap();
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("(its file cannot be read)"), "{list}");
    assert!(!list.contains("missing"), "{list}");
    #[cfg(unix)]
    {
        let file = course.path("work/02-fix/src/double.rs");
        fs::remove_dir(&file).unwrap();
        std::os::unix::fs::symlink("nowhere", &file).unwrap();
        let list = stdout(&course.command(&["list"]));
        assert!(list.contains("(its file cannot be read)"), "{list}");
        let check = stdout(&course.command(&["check", "fix/double"]));
        assert!(
            check.contains("double.rs: it is a link that leads nowhere"),
            "{check}"
        );
    }
}

#[test]
fn deleted_work_of_solved_exercises_is_told() {
    for all in [true, false] {
        let course = Course::new();
        course.solve("fix/double");
        course.command(&["check", "fix/double"]);
        if all {
            fs::remove_dir_all(course.path("work")).unwrap();
        } else {
            fs::remove_dir_all(course.path("work/02-fix")).unwrap();
            fs::remove_file(course.path("work/Cargo.toml")).unwrap();
        }
        assert_eq!(
            course.told(),
            "Files were missing in work/. They are there again as they are at the start, without your work. By your \
             progress, you had worked on these:\n  1 solved: fix/double\n`cargo course list` still calls those solved that you have \
             solved. If you have a copy of your files, put it back into work/.\n"
        );
        let list = stdout(&course.command(&["list"]));
        assert!(
            list.contains("1 of 2 solved, but 1 of them has an unfinished file now\n"),
            "{list}"
        );
    }
}

/// The package would not build without the files of its other exercises.
#[test]
fn reset_of_an_exercise_whose_folder_is_gone_puts_the_folder_back() {
    let course = Course::new();
    course.solve("fix/double");
    course.command(&["check", "fix/double"]);
    fs::remove_dir_all(course.path("work/02-fix")).unwrap();
    let list = stdout(&course.command(&["list"]));
    for id in ["fix/double", "fix/count"] {
        let mark = format!("(its file is missing: `cargo course reset {id}`)");
        assert!(list.contains(&mark), "{list}");
    }
    assert_eq!(
        stdout(&course.command(&["reset", "fix/count"])),
        "work/02-fix/src/count.rs is reset.\nwork/02-fix/Cargo.toml was restored too.\nwork/02-fix/src/lib.rs was restored \
         too.\nwork/02-fix/tests/count.rs was restored too.\nThese files of the same package were missing too, and are there \
         again as they are at the start: work/02-fix/src/double.rs, work/02-fix/tests/double.rs.\n"
    );
    let list = stdout(&course.command(&["list"]));
    assert!(!list.contains("missing"), "{list}");
    assert!(
        list.contains("1 of 2 solved, but 1 of them has an unfinished file now"),
        "{list}"
    );
    course.solve("fix/count");
    assert_eq!(
        course.command(&["check", "fix/count"]).status.code(),
        Some(0)
    );
    assert_eq!(course.told(), "");

    // A file of another exercise that is there stays as it is.
    course.double("x + x");
    let mine = course.read("work/02-fix/src/double.rs");
    fs::remove_file(course.path("work/02-fix/src/count.rs")).unwrap();
    course.command(&["reset", "fix/count"]);
    assert_eq!(course.read("work/02-fix/src/double.rs"), mine);
}

/// A compiler that still runs may make parts of the old folder again.
#[test]
fn a_clone_that_was_moved_is_not_taken_for_one_with_missing_files() {
    let course = Course::new();
    course.solve("fix/double");
    let exercise = course.exercise("fix/double");
    let moved = course.path("moved");
    fs::create_dir(&moved).unwrap();
    for name in ["Cargo.toml", "chapters", "solutions", "exercises", "work"] {
        fs::rename(course.path(name), moved.join(name)).unwrap();
    }
    for left in ["target/exercises/x", "work/Cargo.lock"] {
        course.write(left, "");
        let limits = Limits::default();
        let run = runner::run(&course.layout, &exercise, &limits);
        let verdict = wakeful::block_on(run).unwrap();
        let gone = format!("the course is no longer in {}", course.root().display());
        assert_eq!(verdict.diagnostics, gone);
        let advice = verdict.advice.unwrap();
        assert!(
            advice.contains("Was it moved or renamed?") && !advice.contains("reset"),
            "{advice}"
        );
    }
}

/// A server or a `watch` may still run.
#[test]
fn a_verdict_says_that_a_folder_is_gone() {
    let course = Course::new();
    course.solve("fix/double");
    let exercise = course.exercise("fix/double");
    let advice = |gone: &str| {
        let limits = Limits::default();
        let run = runner::run(&course.layout, &exercise, &limits);
        let verdict = wakeful::block_on(run).unwrap();
        assert_eq!(verdict.outcome, Outcome::Missing);
        assert_eq!(verdict.diagnostics, gone);
        verdict.advice.unwrap()
    };
    let elsewhere = course.path("work-elsewhere");
    fs::rename(course.path("work"), &elsewhere).unwrap();
    let deleted = advice("the folder work is missing");
    assert!(
        deleted.contains("exercises as they are at the start"),
        "{deleted}"
    );
    fs::rename(&elsewhere, course.path("work")).unwrap();

    let moved = course.root().with_extension("moved");
    let catalog = course.catalog();
    fs::rename(course.root(), &moved).unwrap();
    let gone = format!("the course is no longer in {}", course.root().display());
    let renamed = advice(&gone);
    let reset = work::reset(&course.layout, &catalog, &exercise).unwrap_err();
    let told = CommandError::from(reset).advice().unwrap();
    fs::rename(&moved, course.root()).unwrap();
    assert!(renamed.contains("Was it moved or renamed?"), "{renamed}");
    assert!(!renamed.contains("reset"), "{renamed}");
    assert!(told.contains("Was it moved or renamed?"), "{told}");
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
    assert!(said.contains("help: move "), "{said}");
    assert_eq!(course.read("work"), "a file of that name");
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
