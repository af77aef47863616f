//! `reset`: the start version comes back, and no version of the reader is lost.

mod common;

use std::fs;

use common::{Course, code, stderr, stdout};

#[test]
fn diff_of_a_missing_file_names_the_command_that_restores_it() {
    let course = Course::new();
    fs::remove_file(course.path("work/02-fix/src/double.rs")).unwrap();
    let diff = course.command(&["diff", "double", "--anyway"]);
    assert_eq!(code(&diff), 2);
    let said = stderr(&diff);
    assert!(
        said.contains("work/02-fix/src/double.rs is missing"),
        "{said}"
    );
    assert!(said.contains("`cargo course reset fix/double`"), "{said}");
}

#[test]
fn reset_keeps_every_version_of_the_reader() {
    let course = Course::new();
    let skeleton = course.read("work/02-fix/src/double.rs");
    for n in 1..=2 {
        course.double(&format!("x + x + {n}"));
        let reset = course.command(&["reset", "fix/double"]);
        assert_eq!(code(&reset), 0, "{}", stderr(&reset));
        assert!(
            stdout(&reset).contains(&format!("src/double.rs.yours-{n}")),
            "{}",
            stdout(&reset)
        );
        assert_eq!(course.read("work/02-fix/src/double.rs"), skeleton);
        assert!(
            course
                .read(&format!("work/02-fix/src/double.rs.yours-{n}"))
                .contains(&format!("x + x + {n}"))
        );
    }
    // Only this exercise is reset, and the work on other exercises stays.
    course.solve("fix/count");
    let theirs = course.read("work/02-fix/src/count.rs");
    course.command(&["reset", "fix/double"]);
    assert_eq!(course.read("work/02-fix/src/count.rs"), theirs);
    assert!(
        !course.path("work/02-fix/src/double.rs.yours-3").exists(),
        "there was nothing to keep"
    );
    // A deleted exercise comes back.
    fs::remove_dir_all(course.path("work")).unwrap();
    assert_eq!(code(&course.command(&["reset", "fix/double"])), 0);
    assert_eq!(course.read("work/02-fix/src/double.rs"), skeleton);
    assert!(course.path("work/Cargo.toml").exists());
}

#[test]
fn reset_takes_several_exercises_or_a_file() {
    let course = Course::new();
    course.solve("fix/double");
    course.solve("fix/count");
    let wrong = course.command(&["reset", "fix/double", "fix/none"]);
    assert_eq!(code(&wrong), 2);
    assert!(!course.read("work/02-fix/src/double.rs").contains("todo!"));
    let reset = course.command(&["reset", "fix/double", "fix/count"]);
    assert_eq!(code(&reset), 0, "{}", stderr(&reset));
    for name in ["double", "count"] {
        let file = course.read(&format!("work/02-fix/src/{name}.rs"));
        assert!(file.contains("todo!"), "{file}");
    }
    let usage = stderr(&course.command(&["reset"]));
    assert!(usage.contains("<ID|--file <PATH>>"), "{usage}");
    let both = course.command(&["reset", "fix/double", "--file", "work/Cargo.toml"]);
    assert_eq!(code(&both), 2);
}

#[test]
fn reset_replaces_a_directory_with_the_file() {
    let course = Course::new();
    let file = "work/02-fix/src/double.rs";
    let skeleton = course.read(file);
    fs::remove_file(course.path(file)).unwrap();
    course.write(&format!("{file}/work.rs"), "// mine");
    let reset = course.command(&["reset", "fix/double"]);
    assert_eq!(code(&reset), 0, "{}", stderr(&reset));
    assert_eq!(course.read(file), skeleton);
    assert_eq!(course.read(&format!("{file}.yours-1/work.rs")), "// mine");
}

#[cfg(unix)]
#[test]
fn reset_never_writes_through_a_link() {
    let course = Course::new();
    let file = course.path("work/02-fix/src/double.rs");
    let skeleton = fs::read(&file).unwrap();
    for target in ["elsewhere.rs", "progress.txt"] {
        fs::remove_file(&file).unwrap();
        course.write("progress.txt", "");
        std::os::unix::fs::symlink(course.path(target), &file).unwrap();
        let reset = course.command(&["reset", "fix/double"]);
        assert_eq!(code(&reset), 0, "{}", stderr(&reset));
        assert!(!fs::symlink_metadata(&file).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), skeleton);
        assert!(!course.path("elsewhere.rs").exists());
    }
}

#[test]
fn a_reset_that_cannot_write_keeps_the_readers_file() {
    let course = Course::new();
    course.double("x + x");
    let file = "work/02-fix/src/double.rs";
    // A directory blocks the name of the temporary file.
    let blocked = format!("{file}.{}.tmp/x", std::process::id());
    course.write(&blocked, "");
    let exercise = course.exercise("fix/double");
    course::work::reset(&course.layout, &course.catalog(), &exercise).unwrap_err();
    assert!(course.read(file).contains("x + x"));
    assert!(!course.path(&format!("{file}.yours-1")).exists());
}
