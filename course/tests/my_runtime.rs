//! What the reader's own runtime promises: later modules use earlier ones, and say which they need.

mod common;

use std::process::Output;

use common::{Course, code, stderr, stdout};

const NEEDS_LINE: &str =
    "needs `fix/line`: solve it, or put our solution in place with `cargo course fill fix/line`";

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_module_is_listed_in_its_chapter_and_counted_in_the_runtime() {
    let course = Course::with_runtime();
    let list = stdout(&course.command(&["list"]));
    let chapter = list.split("02-fix\n").nth(1).unwrap();
    assert!(chapter.contains("todo     fix/line"), "{list}");
    assert!(list.contains("\nyour runtime: 0 of 3 modules\n"), "{list}");
    course.solve("fix/line");
    assert_eq!(code(&course.command(&["check", "fix/line"])), 0);
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("\nyour runtime: 1 of 3 modules\n"), "{list}");
    let listed = json(&course.command(&["list", "--json"]));
    let modules = serde_json::json!([
        { "name": "line", "id": "fix/line", "state": "solved" },
        { "name": "queue", "id": "fix/queue", "state": "todo" },
    ]);
    assert_eq!(
        listed["runtime"],
        serde_json::json!({ "all": 3, "solved": 1, "filled": 0, "can": ["keep things in a line"], "modules": modules })
    );
    let can = "\nyour runtime can: keep things in a line\n";
    assert!(list.contains(can), "{list}");
    assert_eq!(
        listed["exercises"][2]["file"],
        "work/my-runtime/src/line.rs"
    );
    assert_eq!(listed["exercises"][2]["module"], "line");
    let all = stdout(&course.command(&["check", "my-runtime"]));
    assert!(all.ends_with("1 of 2 passed\n"), "{all}");
}

#[test]
fn a_failing_test_names_the_module_that_it_needs_and_what_to_do() {
    let course = Course::with_runtime();
    let check = stdout(&course.command(&["check", "fix/queue"]));
    assert!(
        check.starts_with("fix/queue: failed, needs fix/line"),
        "{check}"
    );
    let own = check.split("there_is_room_for_one").next().unwrap();
    assert!(
        own.contains("push 1 to") && !own.contains("needs `"),
        "a test that stops at the exercise's own hole needs nothing else: {check}"
    );
    course.solve("fix/queue");
    let check = course.command(&["check", "fix/queue", "--json"]);
    assert_eq!(code(&check), 1);
    let verdict = &json(&check)["exercises"][0]["verdict"];
    assert_eq!(verdict["needs"], serde_json::json!(["fix/line"]));
    assert_eq!(verdict["advice"], NEEDS_LINE);
    let tests = verdict["tests"].as_array().unwrap();
    assert_eq!(tests[0]["status"], "ok", "what needs nothing passes");
    let message = tests[1]["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!(
            "{NEEDS_LINE}\n\npanicked at work/my-runtime/src/line.rs"
        )),
        "{message}"
    );
    let check = stdout(&course.command(&["check", "fix/queue"]));
    let words = check.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(NEEDS_LINE), "{check}");

    // Begun is not solved: there is still a hole in it.
    let line = course.read("work/my-runtime/src/line.rs");
    let begun = line.replace(
        "todo!(\"push {thing} to {} more\", self.things.len())",
        "self.things.push(thing);",
    );
    assert_ne!(begun, line);
    course.write("work/my-runtime/src/line.rs", &begun);
    let check = course.command(&["check", "fix/queue"]);
    assert_eq!(
        code(&check),
        0,
        "it needs only what its tests call: {}",
        stdout(&check)
    );
}

#[test]
fn meters_runs_the_last_program_whose_modules_are_solved() {
    let course = Course::with_runtime();
    let path = "solutions/my-runtime/exercises.toml";
    let stated = course.read(path).replace(
        "uses = [\"fix/queue\"]\n\n[[exercise]]\nid = \"fix/line\"",
        "uses = [\"fix/line\"]\n\n[[program]]\nname = \"server\"\nuses = [\"fix/queue\"]\n\n[[exercise]]\nid = \"fix/line\"",
    );
    assert!(stated.contains("server"), "the fixture has changed");
    course.write(path, &stated);
    for (name, word) in [("meters", "small"), ("server", "whole")] {
        let file = format!("solutions/my-runtime/src/bin/{name}.rs");
        course.write(
            &file,
            &format!("//! A program.\n\nfn main() {{\n    println!(\"{word}\");\n}}\n"),
        );
    }
    course.generate();
    course.solve("fix/line");
    let small = course.command(&["meters"]);
    assert_eq!(stdout(&small), "small\n", "{}", stderr(&small));
    course.command(&["fill", "fix/queue"]);
    let whole = course.command(&["meters"]);
    assert_eq!(stdout(&whole), "whole\n", "{}", stderr(&whole));
}

#[test]
fn meters_names_the_modules_that_it_lacks_and_runs_when_they_are_there() {
    let course = Course::with_runtime();
    let lacks = course.command(&["meters", "--help", "7"]);
    assert_eq!(code(&lacks), 1);
    assert_eq!(
        stderr(&lacks),
        "meters runs on modules of your runtime that are not solved yet:\n  fix/line  work/my-runtime/src/line.rs\n  \
         fix/queue  work/my-runtime/src/queue.rs\nSolve them, or put our solutions in place with `cargo course fill fix/line fix/queue`. \
         Then run `cargo course meters` again.\n"
    );
    course.solve("fix/line");
    course.command(&["fill", "fix/queue"]);
    let runs = course.command(&["meters", "--help", "7"]);
    assert_eq!(stdout(&runs), "true --help 7\n", "{}", stderr(&runs));
    assert_eq!(code(&runs), 3, "the exit code is the program's");

    let without = Course::new();
    let none = without.command(&["meters"]);
    assert_eq!(code(&none), 2);
    assert!(
        stderr(&none).contains("has no program `meters` yet"),
        "{}",
        stderr(&none)
    );
}

#[test]
fn progress_under_an_earlier_id_counts_for_the_new_one() {
    let course = Course::with_runtime();
    let progress =
        "# wakeful course: progress, one line an exercise\nfix/row solved 2026-05-01 hints=2\n";
    // The file is the skeleton: what was solved was something else. It is not lost, but not claimed either.
    course.write("progress.txt", progress);
    let list = stdout(&course.command(&["list"]));
    assert!(
        list.contains(
            "no longer in the course\n  fix/row, solved on 2026-05-01; fix/line takes its place\n"
        ),
        "{list}"
    );
    assert!(list.contains("todo     fix/line"), "{list}");
    // The reader's work came along.
    course.solve("fix/line");
    course.write("progress.txt", progress);
    let list = stdout(&course.command(&["list"]));
    assert!(list.contains("solved   fix/line"), "{list}");
    assert!(list.contains("(hints: 2 of 3)"), "{list}");
    assert!(!list.contains("no longer in the course"), "{list}");
    assert!(
        course
            .read("progress.txt")
            .contains("fix/line solved 2026-05-01 hints=2")
    );
    // The id that was known to the reader still names the exercise.
    assert_eq!(code(&course.command(&["check", "fix/row"])), 0);
}

#[test]
fn what_is_wrong_in_the_runtimes_list_is_named() {
    let course = Course::with_runtime();
    let file = "solutions/my-runtime/exercises.toml";
    let toml = course.read(file);
    for (from, to, told) in [
        (
            "chapter = \"02-fix\"",
            "",
            "`chapter` must name the chapter",
        ),
        (
            "chapter = \"02-fix\"",
            "chapter = \"09-x\"",
            "there is no chapter \"09-x\"",
        ),
        (
            "fails = \"the_first_comes_first\"",
            "",
            "`fails` must name the test",
        ),
        ("\"line\", ", "", "does not list line"),
        (
            "uses = [\"fix/line\"]",
            "uses = [\"fix/double\"]",
            "which is no module",
        ),
        (
            "uses = [\"fix/line\"]",
            "uses = [\"fix/queue\"]",
            "lead back to itself",
        ),
        (
            "uses = [\"fix/queue\"]",
            "uses = [\"fix/que\"]",
            "the program meters",
        ),
        (
            "formerly = [\"fix/row\"]",
            "formerly = [\"fix/count\"]",
            "an exercise of its own",
        ),
        (
            "features = [\"slow\"]",
            "features = [\"--slow\"]",
            "is not the name of a feature",
        ),
        ("seconds = 60", "seconds = 0", "no test could run"),
    ] {
        assert!(toml.contains(from), "{from}");
        course.write(file, &toml.replacen(from, to, 1));
        let list = course.command(&["list"]);
        assert_eq!(code(&list), 2, "{told}");
        assert!(
            stderr(&list).contains(told),
            "no {told:?} in {}",
            stderr(&list)
        );
    }
}

/// The exercise moved and asks for something else, so the reader's earlier file has no place there.
#[test]
fn what_was_solved_elsewhere_is_said_and_not_counted_as_a_module() {
    let course = Course::with_runtime();
    course.write(
        "progress.txt",
        "# wakeful course: progress, one line an exercise\nfix/line solved 2026-05-01\n",
    );
    let list = stdout(&course.command(&["list"]));
    assert!(
        list.contains("(solved earlier, but the file is unfinished)"),
        "{list}"
    );
    let runtime = "your runtime: 0 of 3 modules, and 1 solved earlier but unfinished now\n";
    assert!(list.contains(runtime), "{list}");
    course.solve("fix/line");
    let list = stdout(&course.command(&["list"]));
    assert!(!list.contains("is unfinished"), "{list}");
    assert!(list.contains("your runtime: 1 of 3 modules\n"), "{list}");
}

/// The soft limit of a shell is often too low for a server and its load: 256 on macOS.
#[cfg(target_os = "linux")]
#[test]
fn the_meter_server_may_use_more_descriptors_than_the_shell_allows() {
    use course::runner::child::{self, Spec};
    use std::process::Command;
    let this = "the_meter_server_may_use_more_descriptors_than_the_shell_allows";
    let limited = |program: &std::path::Path, args: &[&str]| {
        let mut shell = Command::new("sh");
        let script = "ulimit -S -n 64 && exec \"$0\" \"$@\"";
        shell.args(["-c", script]).arg(program).args(args);
        shell
    };
    if std::env::var_os("LIMITED").is_none() {
        let test = std::env::current_exe().unwrap();
        let mut again = limited(&test, &["--exact", this]);
        let output = again.env("LIMITED", "1").output().unwrap();
        assert!(stdout(&output).contains("1 passed"), "{output:?}");
        return;
    }
    // The button.
    let mut spec = Spec {
        program: "sh".into(),
        args: vec!["-c".into(), "ulimit -S -n".into()],
        dir: "/".into(),
        env: Vec::new(),
        time: std::time::Duration::from_mins(1),
        output: 1 << 10,
        memory: None,
        many_descriptors: false,
    };
    let run = |spec: &Spec| {
        let mut printed = Vec::new();
        let mut collect = |_, bytes: &[u8]| printed.extend_from_slice(bytes);
        wakeful::block_on(child::run(spec, &mut collect)).unwrap();
        String::from_utf8(printed).unwrap()
    };
    assert_eq!(run(&spec), "64\n");
    spec.many_descriptors = true;
    assert_ne!(run(&spec), "64\n");
    // The command.
    let course = Course::with_runtime();
    course.command(&["fill", "fix/line", "fix/queue"]);
    course.write(
        "work/my-runtime/src/bin/meters.rs",
        "fn main() { print!(\"{}\", std::fs::read_to_string(\"/proc/self/limits\").unwrap()); }",
    );
    let start = course.start(&["meters"]);
    let mut meters = limited(start.get_program().as_ref(), &["meters"]);
    let output = meters.current_dir(course.root()).output().unwrap();
    let limits = stdout(&output);
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3));
    assert!(soft.is_some_and(|soft| soft != "64"), "{output:?}");
}
