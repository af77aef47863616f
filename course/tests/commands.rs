//! The commands: their output, their exit codes, their JSON.

mod common;

use std::fs;
use std::process::Output;

use common::{Course, code, stderr, stdout};

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn an_exercise_goes_from_failing_to_solved() {
    let course = Course::new();
    let list = course.command(&["list"]);
    assert_eq!(code(&list), 0);
    assert!(
        stdout(&list).contains("todo     fix/double  extend    5 min  Double it\n"),
        "{}",
        stdout(&list)
    );
    assert!(
        stdout(&list).contains("0 of 2 solved\nnext: fix/double, in work/02-fix/src/double.rs\n")
    );
    assert!(!stdout(&list).contains('\x1b'), "no colours in a pipe");

    let check = course.command(&["check", "fix/double"]);
    assert_eq!(code(&check), 1, "some fail");
    assert!(
        stdout(&check).contains("fix/double: failed"),
        "{}",
        stdout(&check)
    );
    assert!(
        stdout(&check).contains("not yet implemented: double 1"),
        "{}",
        stdout(&check)
    );

    let early = course.command(&["diff", "fix/double"]);
    assert_eq!(code(&early), 1);
    assert!(
        stdout(&early).contains("not solved yet"),
        "{}",
        stdout(&early)
    );

    course.double("x + x");
    let check = course.command(&["check", "--json", "fix/double"]);
    assert_eq!(code(&check), 0);
    let checked = json(&check);
    assert_eq!(checked["passed"], true);
    assert_eq!(checked["exercises"][0]["state"], "solved");
    assert_eq!(checked["exercises"][0]["verdict"]["outcome"], "passed");
    assert_eq!(
        checked["exercises"][0]["verdict"]["tests"][0]["status"],
        "ok"
    );

    let diff = course.command(&["diff", "fix/double"]);
    assert_eq!(code(&diff), 0);
    assert!(stdout(&diff).contains("-    x + x\n"), "{}", stdout(&diff));
    assert!(
        stdout(&diff).contains("+    x * fix::TWO\n"),
        "{}",
        stdout(&diff)
    );
    assert!(!stdout(&diff).contains("hole:"));

    let listed = json(&course.command(&["list", "--json"]));
    assert_eq!(listed["solved"], 1);
    assert_eq!(listed["exercises"][0]["file"], "work/02-fix/src/double.rs");

    let all = course.command(&["check", "02"]);
    assert_eq!(code(&all), 1);
    assert!(
        stdout(&all).ends_with("1 of 2 passed\n"),
        "{}",
        stdout(&all)
    );
}

#[test]
fn a_check_does_not_begin_an_exercise_whose_file_is_as_the_course_made_it() {
    let course = Course::new();
    let states = || {
        let list = json(&course.command(&["list", "--json"]));
        let all = list["exercises"].as_array().unwrap().clone();
        let state = |one: &serde_json::Value| one["state"].as_str().unwrap().to_owned();
        all.iter().map(state).collect::<Vec<_>>()
    };
    assert_eq!(code(&course.command(&["check"])), 1);
    assert_eq!(states(), ["todo", "todo"], "two skeletons");

    course.double("x + 3");
    fs::remove_file(course.path("work/02-fix/src/count.rs")).unwrap();
    assert_eq!(code(&course.command(&["check"])), 1);
    assert_eq!(
        states(),
        ["failing", "todo"],
        "a wrong file and a missing one"
    );

    assert_eq!(code(&course.command(&["reset", "fix/double"])), 0);
    assert_eq!(code(&course.command(&["check", "fix/double"])), 1);
    assert_eq!(states()[0], "todo", "a skeleton again");
}

#[test]
fn hints_are_shown_one_at_a_time_and_remembered() {
    let course = Course::new();
    assert_eq!(
        stdout(&course.command(&["hint", "double"])),
        "Hint 1 of 3: What is twice?\n"
    );
    assert_eq!(
        stdout(&course.command(&["hint", "double"])),
        "Hint 2 of 3: Multiply.\n"
    );
    assert_eq!(
        stdout(&course.command(&["hint", "double", "1"])),
        "Hint 1 of 3: What is twice?\n"
    );
    assert_eq!(
        stdout(&course.command(&["hint", "double"])),
        "Hint 3 of 3: `x * fix::TWO`\n"
    );
    assert_eq!(
        stdout(&course.command(&["hint", "double", "--all"]))
            .lines()
            .count(),
        3
    );
    assert_eq!(
        stdout(&course.command(&["hint", "double"])),
        stdout(&course.command(&["hint", "double", "--all"])),
        "after the third, all of them"
    );
    assert_eq!(code(&course.command(&["hint", "double", "4"])), 2);
    assert_eq!(
        json(&course.command(&["list", "--json"]))["exercises"][0]["hints_shown"],
        3
    );
}

#[test]
fn the_error_for_an_unknown_id_suggests_similar_ones() {
    let course = Course::new();
    for command in ["hint", "reset", "diff", "check"] {
        let output = course.command(&[command, "fix/duoble"]);
        assert_eq!(code(&output), 2, "{command}");
        assert!(
            stderr(&output).contains("\"fix/duoble\""),
            "{}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains("did you mean fix/double"),
            "{}",
            stderr(&output)
        );
    }
    let nothing_like_it = course.command(&["hint", "zzzzzzzz"]);
    assert_eq!(code(&nothing_like_it), 2);
    assert!(stderr(&nothing_like_it).contains("`cargo course list` shows all of them"));
    assert_eq!(code(&course.command(&["no-such-command"])), 2);
    let elsewhere = tempfile::tempdir().unwrap();
    let lost = course
        .start(&["list"])
        .current_dir(elsewhere.path())
        .output()
        .unwrap();
    assert_eq!(code(&lost), 2);
    assert!(
        stderr(&lost).contains("is not inside a clone of the course"),
        "{}",
        stderr(&lost)
    );
}

#[test]
fn a_damaged_file_of_the_course_is_named_with_the_command_that_restores_it() {
    let course = Course::new();
    let file = "solutions/02-fix/exercises.toml";
    course.write(file, "[[exercise]");
    let list = course.command(&["list"]);
    assert_eq!(code(&list), 2);
    let advice = format!("`git restore {}`", course.path(file).display());
    assert!(stderr(&list).contains(&advice), "{}", stderr(&list));
}

/// Cargo would build in another folder, whose name has other characters.
#[cfg(target_os = "linux")]
#[test]
fn a_clone_whose_path_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let course = Course::new();
    let odd = course
        .root()
        .join(std::ffi::OsStr::from_bytes(b"m\xfcller"));
    fs::create_dir_all(odd.join("solutions")).unwrap();
    fs::write(odd.join("Cargo.toml"), "").unwrap();
    let list = course.start(&["list"]).current_dir(&odd).output().unwrap();
    assert_eq!(code(&list), 2);
    let said = stderr(&list);
    assert!(said.contains("is not valid UTF-8"), "{said}");
    assert!(said.contains("help: rename the folder"), "{said}");
}

#[test]
fn an_id_never_leads_out_of_the_exercises() {
    let course = Course::new();
    for id in [
        "../double",
        "fix/../double",
        "/etc/passwd",
        "fix/double/../../x",
        "..",
        "",
        "fix\\double",
    ] {
        assert_eq!(code(&course.command(&["reset", id])), 2, "{id:?}");
    }
    let toml = course.read("solutions/02-fix/exercises.toml");
    for (from, to) in [
        ("id = \"fix/double\"", "id = \"fix/../double\""),
        ("file = \"src/double.rs\"", "file = \"../../Cargo.toml\""),
        ("test = \"tests/double.rs\"", "test = \"/etc/passwd\""),
    ] {
        assert!(toml.contains(from));
        course.write("solutions/02-fix/exercises.toml", &toml.replace(from, to));
        let output = course.command(&["list"]);
        assert_eq!(code(&output), 2, "{to}");
        assert!(
            stderr(&output).contains("exercises.toml"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn one_damaged_line_of_the_progress_file_costs_only_that_line() {
    let course = Course::new();
    course.write(
        "progress.txt",
        "# wakeful course: progress, one line an exercise\nfix/count solved 2026-05-01\nfix/double sol",
    );
    let list = course.command(&["list"]);
    assert_eq!(code(&list), 0);
    let said = stderr(&list);
    assert!(
        said.contains("cannot read 1 line of progress.txt. The other lines still count"),
        "{said}"
    );
    assert!(said.contains("kept as progress.txt.damaged-1"), "{said}");
    assert!(stdout(&list).contains("1 of 2 solved"), "{}", stdout(&list));
    assert!(
        course
            .read("progress.txt.damaged-1")
            .ends_with("fix/double sol")
    );
    assert!(
        !stderr(&course.command(&["list"])).contains("kept as"),
        "reported only once"
    );
}

/// The disk may be full, or the checkout read-only. The reader still needs the verdict.
#[test]
fn hints_and_verdicts_work_even_if_progress_cannot_be_written() {
    let course = Course::new();
    course.solve("fix/count");
    fs::create_dir(course.path("progress.txt.lock")).unwrap();
    let hint = course.command(&["hint", "double"]);
    assert_eq!(code(&hint), 0, "{}", stderr(&hint));
    assert_eq!(stdout(&hint), "Hint 1 of 3: What is twice?\n");
    let check = course.command(&["check"]);
    assert_eq!(code(&check), 1);
    assert!(
        stdout(&check).ends_with("1 of 2 passed\n"),
        "{}",
        stdout(&check)
    );
    let said = stderr(&check);
    assert_eq!(
        said.matches("warning: cannot keep your progress").count(),
        1
    );
    assert!(said.contains("progress.txt.lock out of the way"), "{said}");
}

/// `cargo course … 2>&1 | head`
#[test]
fn a_closed_pipe_causes_no_panic() {
    use std::process::Stdio;
    let course = Course::new();
    let deaf = || Stdio::from(std::io::pipe().unwrap().1);
    for (args, expected) in [
        (&["list"][..], 0),
        (&["check", "double"], 1),
        (&["hint", "nosuch"], 2),
        (&["check", "--json", "nosuch"], 2),
    ] {
        let status = course
            .start(args)
            .stdout(deaf())
            .stderr(deaf())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(expected), "{args:?}");
    }
}

#[test]
fn two_courses_at_once_keep_each_others_progress() {
    let course = Course::new();
    let children: Vec<_> = ["fix/double", "fix/count"]
        .into_iter()
        .flat_map(|id| {
            ["1", "2", "3"].map(|number| course.start(&["hint", id, number]).spawn().unwrap())
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let listed = json(&course.command(&["list", "--json"]));
    assert_eq!(listed["exercises"][0]["hints_shown"], 3);
    assert_eq!(listed["exercises"][1]["hints_shown"], 3);
}

#[test]
fn endless_tests_are_stopped_and_reported() {
    let course = Course::new();
    course.double(
        "if x == 1 { loop { std::hint::spin_loop() } } else { loop { println!(\"{x:>500}\") } }",
    );
    let check = course.command(&["check", "double", "--time-limit", "1"]);
    assert_eq!(code(&check), 1);
    let printed = stdout(&check);
    assert!(
        printed.starts_with("fix/double: takes too long"),
        "{printed}"
    );
    assert!(
        printed.contains("doubles_one\n           still running after 1 s: stopped"),
        "{printed}"
    );
    assert!(
        printed.contains("doubles_three\n           printed more than 1024 KiB: stopped"),
        "{printed}"
    );
    assert!(printed.lines().count() < 60, "the output fits on a screen");
}

/// A panic message could tell the terminal to clear the screen or to write to the clipboard.
#[test]
fn what_a_terminal_would_obey_is_removed_from_messages() {
    let course = Course::new();
    course.double("panic!(\"\\x1b[2J\\x1b]0;mine\\x07 \\x1b[6n{x}\")");
    let check = course.command(&["check", "double"]);
    let printed = stdout(&check);
    assert!(printed.contains("double.rs:2:"), "{printed}");
    let controls = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!printed.contains(controls), "{printed:?}");
    // The comparison shows the reader's file, which may have been copied from anywhere.
    course.double("x + x // \x1b[2J");
    let diff = stdout(&course.command(&["diff", "double", "--anyway"]));
    assert!(diff.contains("-    x + x // \n"), "{diff:?}");
    assert!(!diff.contains(controls), "{diff:?}");
}

#[test]
fn a_broken_manifest_is_explained_and_reset_repairs_it() {
    let course = Course::new();
    course.write(
        "work/Cargo.toml",
        "[workspace]\nmembers = [\"02-fix\", \"03-gone\"]\n",
    );
    let check = course.command(&["check", "count"]);
    assert_eq!(code(&check), 1);
    let printed = stdout(&check);
    assert!(
        printed.contains("fix/count: cargo cannot build it"),
        "{printed}"
    );
    assert!(
        printed.contains("`cargo course reset --file work/Cargo.toml`"),
        "{printed}"
    );
    let reset = course.command(&["reset", "count"]);
    assert!(
        stdout(&reset).contains("work/Cargo.toml was restored too. Your version is kept as"),
        "{}",
        stdout(&reset)
    );
    assert!(stdout(&course.command(&["check", "count"])).contains("fix/count: failed"));
}
