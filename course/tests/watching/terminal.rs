//! `watch` in a real terminal: what is on a small screen.

use crate::common::Course;
use crate::common::terminal::Terminal;
use crate::follow::remove_double;
use crate::session::Session;

/// Starts `watch double` in a terminal of this size and kind.
fn in_a_terminal(course: &Course, rows: u16, columns: u16, term: &str) -> Session {
    let terminal = Terminal::new(rows, columns);
    let mut watch = course.start(&["watch", "double"]);
    let mut command = terminal.with(watch.env("TERM", term));
    let output = terminal.ours.try_clone().unwrap();
    Session::with(command.spawn().unwrap(), Box::new(terminal.ours), output)
}

/// What is on the screen of a terminal after the next verdict.
fn screen(watch: &mut Session) -> String {
    let said = watch.until("failed") + &watch.until("uit\r\n");
    said.rsplit("\x1b[H").next().unwrap().to_owned()
}

#[test]
fn a_small_terminal_keeps_the_exercise_and_its_first_failing_test() {
    let course = Course::new();
    let many = "\n    line".repeat(60);
    course.double(&format!("panic!(\"a long message{many} of {{x}}\")"));
    let mut watch = in_a_terminal(&course, 32, 80, "xterm");
    let screen = screen(&mut watch);
    let first = screen.find("doubles_one").expect("the first failing test");
    assert!(screen[..first].contains("fix/double"), "{screen}");
    assert!(screen.contains("m shows all"), "{screen}");
    let rows = screen.lines().count();
    assert!(rows < 32, "{rows} rows:\n{screen}");
    assert!(rows > 28, "{rows} rows use the screen:\n{screen}");

    watch.keys.write_all(b"m").unwrap();
    watch.until("of 3");
    watch.keys.write_all(b"q").unwrap();
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

/// The next screen would hide a warning that is only printed.
#[test]
fn a_warning_about_the_progress_file_stays_on_the_screen() {
    let course = Course::new();
    course.double("x + x");
    std::fs::create_dir(course.path("progress.txt.lock")).unwrap();
    let mut watch = in_a_terminal(&course, 24, 80, "xterm");
    let said = watch.until("passed") + &watch.until("uit\r\n");
    let screen = said.rsplit("\x1b[H").next().unwrap();
    assert!(
        screen.contains("warning: cannot keep your progress"),
        "{screen}"
    );
    assert!(!screen.replace("\r\n", "").contains('\n'), "{screen:?}");
}

#[test]
fn a_damage_of_the_progress_file_is_told_in_watch_and_kept_for_the_pages() {
    let course = Course::new();
    let mut watch = in_a_terminal(&course, 40, 80, "xterm");
    screen(&mut watch);
    course.write("progress.txt", "rubbish\n");
    course.double("x + x");
    let said = watch.until("passed") + &watch.until("uit\r\n");
    let screen = said.rsplit("\x1b[H").next().unwrap();
    assert!(
        screen.contains("cannot read 1 line of progress.txt"),
        "{screen}"
    );
    let news = course.read("work/.news");
    assert!(
        news.contains("cannot read 1 line of progress.txt") && news.contains("Help: "),
        "{news}"
    );
}

#[test]
fn a_terminal_without_escape_sequences_gets_none() {
    let course = Course::new();
    let mut watch = in_a_terminal(&course, 32, 80, "dumb");
    let said = watch.until("failed") + &watch.until("uit\r\n");
    assert!(!said.contains('\x1b'), "{said:?}");
    assert!(said.contains("doubles_one"), "{said}");
}

#[test]
fn a_verdict_is_whole_if_it_fits_with_a_row_for_the_cursor() {
    let course = Course::new();
    let whole = screen(&mut in_a_terminal(&course, 100, 80, "xterm"));
    let rows = u16::try_from(whole.lines().count()).unwrap();
    // A terminal that does not know its size says 0.
    for (given, is_whole) in [(rows + 1, true), (rows, false), (0, true)] {
        let columns = if given == 0 { 0 } else { 80 };
        let screen = screen(&mut in_a_terminal(&course, given, columns, "xterm"));
        assert_eq!(
            !screen.contains("m shows all"),
            is_whole,
            "{given}: {screen}"
        );
        let fits = screen.lines().count() < given.into();
        assert!(fits || given == 0, "{given} rows: {screen}");
    }
}

/// `fix/double` with this task and with seven tests that all fail.
fn with_a_task(task: &str) -> Course {
    let course = Course::new();
    course.change(
        "solutions/02-fix/exercises.toml",
        "summary = \"Make `double` double.\"",
        &format!("summary = \"\"\"\n{task}\n\"\"\""),
    );
    let test = |n: u32| {
        format!(
            "\n#[test]\nfn doubles_the_number_{n}() {{\n    assert_eq!(double({n}), 2 * {n});\n}}\n"
        )
    };
    let tests: String = (10..15).map(test).collect();
    let path = "solutions/02-fix/tests/double.rs";
    course.write(path, &(course.read(path) + &tests));
    course.write("book/src/02-fix.md", "# 02 Fix\n");
    course.write(
        "book/src/SUMMARY.md",
        "# Summary\n\n# I. Begin\n\n- [02 Fix it](02-fix.md)\n",
    );
    course.generate();
    course
}

#[test]
fn the_task_stays_on_a_screen_of_24_rows() {
    let task =
        "The task has several lines. They say what to do, what not to do, and where.\n".repeat(5);
    let course = with_a_task(&format!("{task}Done."));
    course.double("panic!(\"no {x}\\nline\\nline\\nline\\nline\\nline\")");
    let mut watch = in_a_terminal(&course, 24, 80, "xterm");
    let screen = screen(&mut watch);
    let task = screen.find("Done.").expect("the whole task");
    let test = screen.find("doubles_one").expect("a failing test");
    assert!(task < test, "{screen}");
    assert!(!screen.contains("t shows all"), "{screen}");
    assert!(screen.contains("m shows all"), "{screen}");
    assert!(
        screen.contains("read book/src/02-fix.md (02 Fix it)\r\nedit work/02-fix/src/double.rs"),
        "{screen}"
    );
    let rows = screen.lines().count();
    assert!(rows < 24, "{rows} rows:\n{screen}");
}

#[test]
fn a_long_task_is_shortened_to_its_first_sentences_and_t_shows_all_of_it() {
    let sentences = (1..40).map(|n| format!("Sentence {n} of the task is here.\n"));
    let course = with_a_task(&sentences.collect::<Vec<_>>().concat());
    let mut watch = in_a_terminal(&course, 24, 80, "xterm");
    let screen = screen(&mut watch);
    let more = screen
        .find("\x1b[2m  t shows all of the task")
        .expect("how to see the rest");
    let task = &screen[..more];
    assert!(task.contains("Sentence 1 of the task"), "{screen}");
    assert!(task.trim_end().ends_with("is here."), "{screen}");
    assert!(!task.contains("Sentence 39"), "{screen}");
    assert!(screen.contains("not yet implemented: double 1"), "{screen}");
    let rows = screen.lines().count();
    assert!(rows < 24, "{rows} rows:\n{screen}");
    assert!(rows > 20, "{rows} rows use the screen:\n{screen}");

    watch.keys.write_all(b"t").unwrap();
    watch.until("Sentence 39 of the task is here.");
}

#[test]
fn no_line_of_the_screen_is_wider_than_80_columns() {
    let course = with_a_task("Do it.");
    course.solve("fix/double");
    let mut watch = in_a_terminal(&course, 24, 80, "dumb");
    let solved = watch.until("passed") + &watch.until("uit\r\n");
    watch.keys.write_all(b"?").unwrap();
    let keys = watch.until("the task") + &watch.until("uit\r\n");
    for line in solved.lines().chain(keys.lines()) {
        assert!(line.chars().count() <= 80, "{line:?}");
    }
    assert!(keys.lines().count() < 24, "{keys}");
}

#[test]
fn long_news_leaves_room_for_the_exercise() {
    let course = Course::new();
    std::fs::remove_dir_all(course.path("work")).unwrap();
    course.double_in("exercises", "x + 3");
    course.write("exercises/02-fix/src/count.rs", "pub fn count() {}\n");
    let mut watch = in_a_terminal(&course, 18, 80, "xterm");
    let screen = screen(&mut watch);
    let news = screen
        .find("exercises/02-fix/src/double.rs -> work/02-fix/src/double.rs")
        .expect("the news about the exercise");
    let more = screen.find("m shows all").expect("how to see the rest");
    let name = screen.find("fix/double").expect("the name of the exercise");
    assert!(news < more && more < name, "{screen}");
    assert!(screen.contains("doubles_one"), "{screen}");
    let rows = screen.lines().count();
    assert!(rows < 18, "{rows} rows:\n{screen}");

    watch.keys.write_all(b"m").unwrap();
    watch.until("`git restore exercises`");
    watch.until("Your exercises are in work/.");
}

/// A course that a reader has cloned, and where they have changed each file of both exercises. Then the
/// course changes them too.
fn with_long_news(task: &str) -> (Course, Course) {
    let upstream = with_a_task(task);
    let course = Course::first_clone_of(&upstream);
    let files = ["src/double.rs", "src/count.rs"];
    let tests = ["tests/double.rs", "tests/count.rs"];
    for file in files.iter().chain(&tests) {
        let path = format!("work/02-fix/{file}");
        course.write(&path, &(course.read(&path) + "\n// Mine.\n"));
        let path = format!("solutions/02-fix/{file}");
        upstream.write(&path, &(upstream.read(&path) + "\n// New.\n"));
    }
    (upstream, course)
}

/// Pulls, and returns the screen with the next verdict on this exercise.
fn pulled(watch: &mut Session, upstream: &Course, course: &Course, id: &str) -> String {
    upstream.generate();
    upstream.commit();
    course.git(&["pull", "--quiet"]);
    loop {
        let screen = screen(watch);
        if screen.contains(&format!("{id}\x1b[0m: ")) {
            return screen;
        }
    }
}

#[test]
fn after_a_long_pull_the_screen_says_where_the_exercise_is_now_and_how_to_see_the_task() {
    let (upstream, course) = with_long_news(&"A line of the task.\n".repeat(40));
    let mut watch = in_a_terminal(&course, 24, 80, "xterm");
    screen(&mut watch);
    upstream.change(
        "solutions/02-fix/exercises.toml",
        "id = \"fix/double\"",
        "id = \"fix/twice\"\nformerly = [\"fix/double\"]",
    );
    let screen = pulled(&mut watch, &upstream, &course, "fix/twice");
    let news = "The exercise fix/double is now fix/twice.";
    assert!(screen.starts_with(news), "{screen}");
    for part in [
        "more lines: m shows all",
        "t shows all of the task",
        "doubles_one",
        "edit work/02-fix/src/double.rs and save it",
    ] {
        assert!(screen.contains(part), "{part:?} is not in:\n{screen}");
    }
    let rows = screen.lines().count();
    assert!(rows < 24, "{rows} rows:\n{screen}");

    watch.keys.write_all(b"m").unwrap();
    watch.until("fix/count has changed since you began it");
}

#[test]
fn the_end_of_the_current_exercise_is_the_first_piece_of_news() {
    let (upstream, course) = with_long_news("Do it.");
    let mut watch = in_a_terminal(&course, 24, 80, "xterm");
    screen(&mut watch);
    remove_double(&upstream);
    let screen = pulled(&mut watch, &upstream, &course, "fix/count");
    let news = "The exercise fix/double is no longer part of the course.";
    assert!(screen.starts_with(news), "{screen}");
}

#[test]
fn the_name_of_the_copy_stays_after_a_reset_until_the_next_save() {
    let course = Course::new();
    course.double("x + 3");
    let mut watch = in_a_terminal(&course, 24, 80, "xterm");
    screen(&mut watch);
    watch.keys.write_all(b"x").unwrap();
    watch.until("[y/n]");
    watch.keys.write_all(b"y").unwrap();
    watch.until("not yet implemented: double 1");
    // The reset starts a run, which clears the screen too. Wait for its end.
    watch.until("uit\r\n");
    watch.keys.write_all(b"r").unwrap();
    let kept = "work/02-fix/src/double.rs.yours-1";
    let after = screen(&mut watch);
    assert!(after.contains(kept), "{after}");
    course.double("x + 4");
    let saved = screen(&mut watch);
    assert!(!saved.contains(kept), "{saved}");
    watch.keys.write_all(b"q").unwrap();
}

#[test]
fn a_screen_without_room_for_the_task_says_how_to_see_it() {
    let course = with_a_task(&"A line of the task.\n".repeat(40));
    let mut watch = in_a_terminal(&course, 14, 80, "xterm");
    let screen = screen(&mut watch);
    assert!(screen.contains("t shows all of the task"), "{screen}");
    assert!(screen.contains("doubles_one"), "{screen}");
    let rows = screen.lines().count();
    assert!(rows < 14, "{rows} rows:\n{screen}");
}
