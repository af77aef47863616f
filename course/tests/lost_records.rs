//! Hidden files of `work/` that are lost. Git knows what they said.

mod common;

use std::fs;

use common::renames::change_all;
use common::{Course, stderr, stdout};

#[test]
fn a_lost_record_blames_the_reader_for_no_change_of_the_course() {
    let upstream = Course::new();
    let course = Course::first_clone_of(&upstream);
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

/// `work/.skeletons` is hidden, so a copy of `work/` can lack it.
#[test]
fn a_lost_copy_of_the_start_is_found_in_git() {
    let upstream = Course::new();
    let course = Course::first_clone_of(&upstream);
    course.change("work/02-fix/src/count.rs", "todo!(\"count {x:?}\")", "0");
    fs::remove_dir_all(course.path("work/.skeletons")).unwrap();
    change_all(&upstream);
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);
    let said = course.told();
    let news = "fix/count has changed since you began it: its start version and its test.";
    assert!(said.contains(news), "{said}");
    let diff = stdout(&course.command(&["diff", "--skeleton", "fix/count"]));
    for line in [
        "-/// How many.\n+/// How many there are.\n",
        "count(&[7, 7]), 2);\n+    assert_eq!(fix_exercises::count::count(&[7, 8])",
    ] {
        assert!(diff.contains(line), "no {line:?} in\n{diff}");
    }
    assert!(!diff.contains("+pub fn count"), "{diff}");
}

/// There, git takes paths for paths from its own root.
#[test]
fn a_lost_record_in_a_folder_of_a_larger_repository_blames_no_reader() {
    let outer = Course::new();
    let course = Course::new();
    let inner = outer.path("inner");
    fs::create_dir(&inner).unwrap();
    for name in ["Cargo.toml", "chapters", "solutions", "exercises", "work"] {
        fs::rename(course.path(name), inner.join(name)).unwrap();
    }
    fs::remove_dir_all(outer.path("work")).unwrap();
    outer.write(".gitignore", "work/\ntarget/\n");
    outer.git(&["init", "--quiet"]);
    outer.commit();
    let test = "inner/solutions/02-fix/tests/count.rs";
    outer.change(test, "&[7, 7]", "&[7, 8]");
    outer.change(
        "inner/exercises/02-fix/tests/count.rs",
        "&[7, 7]",
        "&[7, 8]",
    );
    fs::remove_file(outer.path("inner/work/.pristine")).unwrap();
    let mut list = course.start(&["list"]);
    let said = stderr(&list.current_dir(&inner).output().unwrap());
    assert!(!said.contains("yours-"), "{said}");
    let now = outer.read("inner/work/02-fix/tests/count.rs");
    assert!(now.contains("&[7, 8]"), "{now}");
}
