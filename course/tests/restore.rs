//! One file put back, and the advice that leads there.

mod common;

use common::{Course, code, stderr, stdout};

#[test]
fn another_chapters_broken_manifest_is_blamed_and_restored_alone() {
    let course = Course::new();
    for (path, text) in [
        (
            "chapters/03-more/Cargo.toml",
            "[package]\nname = \"more\"\nversion.workspace = true\nedition.workspace = true\n",
        ),
        ("chapters/03-more/src/lib.rs", ""),
        (
            "solutions/03-more/Cargo.toml",
            "[package]\nname = \"more-solutions\"\nversion.workspace = true\nedition.workspace = true\n\n\
             [lib]\nname = \"more_exercises\"\n",
        ),
        ("solutions/03-more/src/lib.rs", "pub mod one;\n"),
        ("solutions/03-more/src/one.rs", "pub const ONE: u32 = 1;\n"),
        (
            "solutions/03-more/tests/one.rs",
            "#[test]\nfn one_is_one() {\n    assert_eq!(more_exercises::one::ONE, 1);\n}\n",
        ),
        (
            "solutions/03-more/exercises.toml",
            "[[exercise]]\nid = \"more/one\"\ntitle = \"One\"\nkind = \"build\"\nminutes = 5\n\
             file = \"src/one.rs\"\ntest = \"tests/one.rs\"\nsummary = \"One.\"\nhints = [\"1\", \"1\", \"1\"]\n",
        ),
    ] {
        course.write(path, text);
    }
    course.generate();
    let solved = "work/03-more/src/one.rs";
    course.write(solved, "pub const ONE: u32 = 2 - 1;\n");
    let manifest = "work/02-fix/Cargo.toml";
    let whole = course.read(manifest);
    for (n, broken) in ["[package\n", "[package]\n"].into_iter().enumerate() {
        course.write(manifest, broken);
        let printed = stdout(&course.command(&["check", "more/one"]));
        let command = format!("`cargo course reset --file {manifest}`");
        assert!(printed.contains(&command), "{printed}");
        assert!(!printed.contains("reset more/one"), "{printed}");

        let reset = course.command(&["reset", "--file", manifest]);
        let kept = format!("{manifest}.yours-{}", n + 1);
        assert!(stdout(&reset).contains(&kept), "{}", stdout(&reset));
        assert_eq!(course.read(&kept), broken);
        assert_eq!(course.read(manifest), whole);
        assert_eq!(course.read(solved), "pub const ONE: u32 = 2 - 1;\n");
        assert_eq!(code(&course.command(&["check", "more/one"])), 0);
    }

    // The whole package is gone: one command brings it back, whichever exercise is tested.
    let command = "`cargo course reset fix/double` makes it again";
    for id in ["more/one", "fix/count"] {
        std::fs::remove_dir_all(course.path("work/02-fix")).unwrap();
        let printed = stdout(&course.command(&["check", id]));
        assert!(
            printed.contains("the folder work/02-fix is missing"),
            "{printed}"
        );
        assert!(printed.contains(command), "{printed}");
        course.command(&["reset", "fix/double"]);
        assert_eq!(code(&course.command(&["check", "more/one"])), 0);
    }
}

#[test]
fn reset_of_one_file_takes_its_path_from_any_place_and_no_other_file() {
    let course = Course::new();
    let file = "work/02-fix/tests/double.rs";
    let test = course.read(file);
    let absolute = course.path(file);
    let typed = [file, "02-fix/tests/double.rs", absolute.to_str().unwrap()];
    for (n, path) in typed.into_iter().enumerate() {
        course.write(file, "// mine\n");
        assert_eq!(
            code(&course.command(&["reset", "--file", path])),
            0,
            "{path}"
        );
        assert_eq!(course.read(file), test);
        assert_eq!(course.read(&format!("{file}.yours-{}", n + 1)), "// mine\n");
    }
    let progress = "# wakeful course: progress, one line an exercise\n";
    course.write("progress.txt", progress);
    for path in [
        "progress.txt",
        "../Cargo.toml",
        "work/../progress.txt",
        "work",
    ] {
        let refused = course.command(&["reset", "--file", path]);
        assert_eq!(code(&refused), 2, "{path}");
        let said = stderr(&refused);
        assert!(said.contains("such as work/Cargo.toml"), "{said}");
    }
    assert_eq!(course.read("progress.txt"), progress);
    assert_eq!(code(&course.command(&["reset"])), 2);
}

#[test]
fn reset_of_an_exercises_own_file_counts_as_a_reset() {
    let course = Course::new();
    course.solve("fix/double");
    assert_eq!(code(&course.command(&["check", "fix/double"])), 0);
    course.command(&["reset", "--file", "work/02-fix/src/double.rs"]);
    let listed =
        serde_json::from_slice::<serde_json::Value>(&course.command(&["list", "--json"]).stdout)
            .unwrap();
    assert_ne!(listed["exercises"][1]["state"], "solved", "{listed}");
    assert_ne!(listed["exercises"][0]["state"], "solved", "{listed}");
}
