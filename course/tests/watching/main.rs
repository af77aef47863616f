//! `cargo course watch`, which a reader uses without a browser.

#[path = "../common/mod.rs"]
mod common;
mod follow;
mod session;
#[cfg(target_os = "linux")]
mod terminal;

#[cfg(target_os = "linux")]
use std::process::Stdio;

use common::Course;
use session::Session;

#[test]
fn a_save_runs_the_exercise_and_the_keys_do_the_rest() {
    let course = Course::new();
    let mut watch = Session::start(&course, &[]);
    watch.until("fix/double · Double it");
    watch.until("fix/double: failed");
    watch.until("not yet implemented: double 1");
    watch.until("edit work/02-fix/src/double.rs and save it");
    watch.until("0 of 2 solved   [n]ext [p]rev [t]ask [h]int [l]ist [x] reset [?] keys [q]uit");
    watch.press("h");
    watch.until("Hint 1 of 3: What is twice?");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.until("1 of 2 solved");
    watch.press("n");
    watch.until("fix/count · Count it");
    watch.until("fix/count: failed");
    watch.press("l");
    watch.until("solved   fix/double");
    // Editing another exercise makes it the current one.
    course.double("x");
    watch.until("fix/double: failed");
    watch.press("x");
    watch.until("[y/n]");
    watch.press("y");
    watch.until("Your version is kept as work/02-fix/src/double.rs.yours-1");
    watch.until("not yet implemented: double 1");
    watch.press("c");
    watch.until("running all exercises");
    watch.until("fix/double: failed");
    watch.until("fix/count: failed");
    watch.until("[q]uit");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_chapter_starts_with_its_first_unsolved_exercise() {
    let course = Course::new();
    let mut watch = Session::start(&course, &["02"]);
    watch.until("fix/double: failed");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
    Session::start(&course, &["02-fix"]).until("fix/count: failed");

    let unknown = course.command(&["watch", "03"]);
    assert_eq!(unknown.status.code(), Some(2));
    let said = common::stderr(&unknown);
    assert!(said.contains("no exercise or chapter"), "{said}");
}

#[test]
fn keys_lead_back_compare_and_explain_themselves() {
    let course = Course::new();
    let mut watch = Session::start(&course, &["count"]);
    watch.until("fix/count: failed");
    watch.press("d");
    watch.until("fix/count is not solved yet, and the comparison would give the answer away");
    watch.press("p");
    watch.until("fix/double: failed");
    watch.press("p");
    watch.until("this is the first exercise");
    watch.press("z");
    watch.until("no key z: ? shows the keys");
    watch.until("[q]uit");
    watch.press("?");
    let keys = watch.until("[q]uit");
    for key in ["n", "p", "t", "h", "m", "r", "d", "x", "l", "c", "q"] {
        assert!(keys.contains(&format!("\n  {key}  ")), "{key} in {keys}");
    }
    course.double("x + x");
    watch.until("fix/double: passed");
    watch.until("d compares it with our solution");
    watch.press("d");
    watch.until("-    x + x");
    watch.press("n");
    watch.until("fix/count: failed");
}

#[test]
fn the_end_of_a_part_and_of_the_course_is_announced() {
    let course = Course::with_runtime();
    course.write(
        "book/src/SUMMARY.md",
        "# Summary\n\n# I. Begin\n\n- [02 Fix](02-fix.md)\n- [Done](finished-1.md)\n\n\
         # II. Go on\n\n- [03 Late](03-late.md)\n\n---\n\n[The end](finished.md)\n",
    );
    for (folder, name) in [("chapters", "late"), ("solutions", "late-solutions")] {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n"
        );
        course.write(&format!("{folder}/03-late/Cargo.toml"), &manifest);
        course.write(&format!("{folder}/03-late/src/lib.rs"), "//! Late.\n");
    }
    let path = "solutions/my-runtime/exercises.toml";
    let stated = course.read(path).replace(
        "id = \"fix/queue\"\nchapter = \"02-fix\"",
        "id = \"fix/queue\"\nchapter = \"03-late\"",
    );
    assert!(stated.contains("03-late"), "the fixture has changed");
    course.write(path, &stated);
    course.generate();
    let mut watch = Session::start(&course, &[]);
    watch.until("fix/double: failed");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.until("n goes on to fix/count: Count it (5 min)");
    for (before, id) in ["fix/count", "fix/line"].into_iter().enumerate() {
        watch.press("n");
        watch.until(&format!("{id}: failed"));
        course.solve(id);
        watch.until(&format!("{id}: passed"));
        if before == 1 {
            watch.until("Part I. Begin is complete.");
            watch.until("Your runtime can: keep things in a line");
            watch.until("on the page finished-1.html");
        }
        watch.until("n goes on to");
    }
    watch.press("n");
    watch.until("fix/queue: failed");
    course.solve("fix/queue");
    watch.until("fix/queue: passed");
    watch.until("That was the last one. All 4 exercises are done.");
    watch.until("Your runtime can: keep things in a line · serve a queue");
    watch.until("on the page finished.html");
    watch.until("4 of 4 solved");
    assert!(!watch.unread.contains("n goes on"), "{}", watch.unread);
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_next_save_ends_a_run_that_hangs() {
    let course = Course::new();
    course.double("loop { std::hint::black_box(x); }");
    let mut watch = Session::start(&course, &["double"]);
    watch.until("running …");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_run_that_cannot_start_does_not_end_watch() {
    let course = Course::new();
    let mut command = course.start(&["watch"]);
    command.env("CARGO", course.path("no/cargo"));
    let mut watch = Session::begin(command, &["fix/double"]);
    for _ in 0..2 {
        watch.until("error: cannot start");
        watch.until("[q]uit");
        watch.press("r");
    }
    watch.until("error: cannot start");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn polling_can_be_forced_and_is_announced() {
    let course = Course::new();
    let mut command = course.start(&["watch"]);
    command.env("WAKEFUL_WATCH", "poll");
    let mut watch = Session::begin(command, &["double"]);
    watch.until("looking for changes once a second: WAKEFUL_WATCH=poll is set");
    watch.until("fix/double: failed");
    course.solve("fix/double");
    watch.until("fix/double: passed");
    watch.press("q");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

/// The test runs in its own process group, so the terminal's Ctrl-C does not reach it.
#[cfg(target_os = "linux")]
#[test]
fn stopping_a_command_stops_the_test_that_it_runs() {
    use rustix::process::{Pid, Signal, kill_process};

    for (signal, args) in [
        (Signal::INT, ["check", "double"]),
        (Signal::TERM, ["watch", "double"]),
    ] {
        let course = Course::new();
        let pid_file = course.path("pid");
        course.double(&format!(
            "std::fs::write({:?}, std::process::id().to_string()).unwrap();\n    loop {{ std::hint::black_box(x); }}",
            pid_file.display().to_string()
        ));
        let mut command = course.start(&args);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        // `wait` would close the input, and the end of the input also ends `watch`.
        let _input = child.stdin.take();
        let pid = wakeful::block_on(course.written("pid"));
        let id = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        kill_process(id, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        common::wait_until_gone(&pid);
    }
}

/// `fill` records its change in another process, after `watch` has read the progress.
#[test]
fn a_module_that_is_filled_while_watch_runs_is_not_solved() {
    let course = Course::with_runtime();
    let mut watch = Session::start(&course, &["fix/line"]);
    watch.until("[q]uit");
    let fill = course.command(&["fill", "fix/line"]);
    assert!(fill.status.success());
    watch.until("fix/line: passed");
    watch.until("[q]uit");
    let progress = course.read("progress.txt");
    assert!(progress.contains("fix/line filled"), "{progress}");
    drop(watch);
    let mut watch = Session::start(&course, &["fix/line"]);
    watch.until("fix/line: passed");
    watch.until("filled with our solution");
    watch.until("[q]uit");
    let progress = course.read("progress.txt");
    assert!(progress.contains("fix/line filled"), "{progress}");
}

#[test]
fn watch_shows_the_progress_of_other_commands() {
    let course = Course::new();
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until("fix/double: failed");
    watch.until("[q]uit");
    // The progress file alone changes, which is no reason to test anything.
    course.write("progress.txt", "fix/count solved 2026-05-01\n");
    watch.until("1 of 2 solved   [");
    watch.until("uit");
    watch.press("l");
    let listed = watch.until("[q]uit");
    assert!(listed.contains("solved   fix/count"), "{listed}");
    course.write("progress.txt", "rubbish\n");
    let told = watch.until("0 of 2 solved   [") + &watch.until("uit");
    assert!(
        told.contains("cannot read 1 line of progress.txt"),
        "{told}"
    );
}

#[test]
fn watch_names_the_file_that_comes_next() {
    let course = Course::new();
    let test = "work/02-fix/tests/double.rs";
    course.solve("fix/double");
    let changed = course.read(test).replace("double(3), 6", "double(4), 8");
    course.write(test, &changed);
    let mut watch = Session::start(&course, &["fix/double"]);
    watch.until(&format!(
        "fix/double: passed, but {test} is not the course's own"
    ));
    let shown = watch.until("[q]uit");
    let next = format!("`cargo course reset --file {test}` comes first");
    assert!(shown.contains(&next), "{shown}");
    assert!(!shown.contains("and save it"), "{shown}");
    let reset = course.command(&["reset", "--file", test]);
    assert!(reset.status.success());
    watch.until("fix/double: passed (");
    // The other exercise of the package does not compile.
    course.write(
        "work/02-fix/src/count.rs",
        "pub fn count() -> usize { x }\n",
    );
    course.double("x");
    watch.until("waits for work/02-fix/src/count.rs");
    watch.until("edit work/02-fix/src/count.rs and save it");
}
