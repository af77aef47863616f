//! `cargo course gen` brings the skeletons to what the solutions say, and loses nothing.

mod common;

use std::fs;
#[cfg(unix)]
use std::path::Path;

use common::{Course, code, stderr, stdout};

#[test]
fn gen_finds_and_mends_what_differs() {
    let course = Course::new();
    assert_eq!(code(&course.command(&["gen", "--check"])), 0);
    course.double_in("exercises", "x + x");
    course.write("exercises/02-fix/src/stale.rs", "");
    let check = course.command(&["gen", "--check"]);
    assert_eq!(code(&check), 1);
    assert!(
        stdout(&check).contains("exercises/02-fix/src/double.rs: changed"),
        "{}",
        stdout(&check)
    );
    assert!(
        stdout(&check).contains("exercises/02-fix/src/stale.rs: no longer"),
        "{}",
        stdout(&check)
    );
    assert_eq!(code(&course.command(&["gen"])), 0);
    assert_eq!(code(&course.command(&["gen", "--check"])), 0);
}

#[test]
fn gen_keeps_every_file_that_no_generation_wrote_and_says_where() {
    let course = Course::new();
    // No exercise was tried: gen may not need the progress file to know the reader's work.
    let mine = [
        "exercises/02-fix/src/double.rs",
        "exercises/02-fix/src/my_notes.rs",
        "exercises/02-fix/tests/count.rs",
        "exercises/Cargo.toml",
    ];
    for path in mine {
        course.write(path, "// mine\n");
    }
    fs::remove_file(course.path("exercises/02-fix/src/count.rs")).unwrap();
    course.write("exercises/02-fix/src/count.rs/deep.rs", "// mine\n");
    let generated = course.command(&["gen"]);
    assert_eq!(code(&generated), 0, "{}", stderr(&generated));
    let printed = stdout(&generated);
    for path in mine {
        let kept = format!("{path}.yours-1");
        assert!(printed.contains(&kept), "{kept} in {printed}");
        assert_eq!(course.read(&kept), "// mine\n");
    }
    let deep = "exercises/02-fix/src/count.rs.yours-1";
    assert!(printed.contains(deep), "{printed}");
    assert_eq!(course.read(&format!("{deep}/deep.rs")), "// mine\n");
    assert_eq!(code(&course.command(&["gen", "--check"])), 0);
}

#[test]
fn gen_keeps_no_copy_of_a_file_that_git_has() {
    let course = Course::new();
    course.write(".gitignore", "target/\n/work/\nCargo.lock\n");
    course.git(&["init", "--quiet", "--initial-branch=main"]);
    course.commit();
    // As in a fresh clone.
    fs::remove_dir_all(course.path("target")).unwrap();
    for name in ["double", "count"] {
        let solution = format!("solutions/02-fix/src/{name}.rs");
        course.change(&solution, "//!", "//! Now:");
    }
    course.write("exercises/02-fix/src/count.rs", "// mine\n");
    let printed = stdout(&course.command(&["gen"]));
    assert!(
        printed.contains("exercises/02-fix/src/double.rs: changed\n"),
        "{printed}"
    );
    assert!(
        printed.contains("exercises/02-fix/src/count.rs: changed; yours is kept"),
        "{printed}"
    );
}

#[cfg(unix)]
#[test]
fn gen_keeps_a_readers_link() {
    let course = Course::new();
    let file = course.path("exercises/02-fix/src/double.rs");
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("nowhere.rs", &file).unwrap();
    assert_eq!(code(&course.command(&["gen"])), 0);
    assert!(file.is_file());
    let kept = course.path("exercises/02-fix/src/double.rs.yours-1");
    assert_eq!(fs::read_link(kept).unwrap(), Path::new("nowhere.rs"));
}

#[test]
fn gen_replaces_and_removes_what_an_earlier_generation_wrote() {
    let course = Course::new();
    let solution = "solutions/02-fix/src/double.rs";
    course.write(
        solution,
        &course.read(solution).replace("Double it", "Twice it"),
    );
    course.write("solutions/02-fix/src/more.rs", "//! More.\n");
    assert_eq!(code(&course.command(&["gen"])), 0);
    fs::remove_file(course.path("solutions/02-fix/src/more.rs")).unwrap();
    let generated = course.command(&["gen"]);
    assert!(
        !stdout(&generated).contains(".yours-"),
        "{}",
        stdout(&generated)
    );
    assert!(
        course
            .read("exercises/02-fix/src/double.rs")
            .contains("Twice it")
    );
    for file in ["double.rs.yours-1", "more.rs", "more.rs.yours-1"] {
        assert!(
            !course
                .path(&format!("exercises/02-fix/src/{file}"))
                .exists()
        );
    }
}

#[test]
fn a_gen_that_fails_names_the_files_that_it_set_aside_before() {
    let course = Course::new();
    course.write("exercises/02-fix/src/count.rs", "// mine\n");
    course.write("exercises/02-fix/src/double.rs", "// mine\n");
    let catalog = course.catalog();
    let tree = course::skeleton::generate(&course.layout, &catalog.crates).unwrap();
    // Where the second file would be written first, nothing can be written.
    let blocked = format!(
        "exercises/02-fix/src/double.rs.{}.tmp/x",
        std::process::id()
    );
    course.write(&blocked, "");
    let mut told = Vec::new();
    course::skeleton::regenerate(&course.layout, &tree, &mut |one| told.push(one)).unwrap_err();
    let kept = course.path("exercises/02-fix/src/count.rs.yours-1");
    assert!(
        told.iter().any(|one| one.kept.as_ref() == Some(&kept)),
        "{told:?}"
    );
    assert!(
        course
            .read("exercises/02-fix/src/double.rs")
            .contains("mine")
    );
}

#[cfg(unix)]
#[test]
fn a_gen_that_writes_nothing_does_not_say_that_all_is_well() {
    let course = Course::new();
    fs::remove_dir_all(course.path("exercises")).unwrap();
    std::os::unix::fs::symlink("nowhere", course.path("exercises")).unwrap();
    let generated = course.command(&["gen"]);
    assert_eq!(code(&generated), 2);
    assert_eq!(stdout(&generated), "");
}

#[test]
fn gen_leaves_the_files_alone_that_another_gen_is_just_writing() {
    let course = Course::new();
    let file = "exercises/02-fix/src/double.rs.4711.tmp";
    course.write(file, "half of");
    course.double_in("exercises", "x + x");
    assert_eq!(code(&course.command(&["gen"])), 0);
    assert_eq!(course.read(file), "half of");
}

#[test]
fn several_gens_at_once_lose_nothing_of_the_readers() {
    let course = Course::new();
    course.double_in("exercises", "x + x");
    let children: Vec<_> = (0..4)
        .map(|_| course.start(&["gen"]).spawn().unwrap())
        .collect();
    for mut child in children {
        child.wait().unwrap();
    }
    let dir = fs::read_dir(course.path("exercises/02-fix/src")).unwrap();
    let texts = dir.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    assert_eq!(texts.filter(|text| text.contains("x + x")).count(), 1);
}
