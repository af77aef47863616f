//! The output of the commands in a narrow terminal, and in a pipe.

#![cfg(target_os = "linux")]

mod common;

use std::fs;

use common::terminal::Terminal;
use common::{Course, stderr, stdout};

/// So narrow that each text of these tests has to be wrapped.
const COLUMNS: usize = 50;

/// Runs a command in a terminal and in a pipe, each in a course of its own. Both have to print the same
/// words. Only the terminal may wrap them, and there no line may be wider than the terminal. Returns the
/// lines of the terminal.
fn compare(args: &[&str], prepare: impl Fn(&Course)) -> Vec<String> {
    let course = || {
        let course = Course::with_runtime();
        prepare(&course);
        course
    };
    let piped = course().command(args);
    let piped = stderr(&piped) + &stdout(&piped);
    let is_long = |line: &str| line.chars().count() > COLUMNS;
    assert!(piped.lines().any(is_long), "{args:?} is short: {piped}");

    let terminal = Terminal::new(24, COLUMNS.try_into().unwrap());
    let lines = terminal.lines_of(&course().start(args));
    let wide: Vec<_> = lines.iter().filter(|line| is_long(line)).collect();
    assert!(wide.is_empty(), "{args:?} prints {wide:#?}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&lines.join("\n")), words(&piped), "{args:?}");
    lines
}

fn begun(course: &Course) {
    course.double("panic!(\"{x}\")");
    course.write("work/02-fix/Cargo.toml", "[package]\n");
    course.write("work/my-runtime/src/line.rs", "// Mine.\n");
}

#[test]
fn the_texts_of_the_commands_are_wrapped_at_spaces() {
    for args in [
        &["diff", "fix/double"][..],
        &["diff", "--skeleton", "fix/double"],
        &["fill", "fix/line"],
        &["reset", "fix/double"],
        &["reset", "--file", "work/02-fix/Cargo.toml"],
    ] {
        compare(args, begun);
    }
}

#[test]
fn a_warning_and_its_advice_are_wrapped_below_the_words_after_their_labels() {
    let lines = compare(&["fill", "fix/double"], |_| {});
    let at = lines.iter().position(|line| line.starts_with("error: "));
    assert!(lines[at.unwrap() + 1].starts_with("       "), "{lines:#?}");

    let lines = compare(&["list"], |course| {
        course.write("progress.txt", "fix/double\nno progress at all\n");
    });
    let at = lines.iter().position(|line| line.starts_with("  help: "));
    assert!(lines[at.unwrap() + 1].starts_with("        "), "{lines:#?}");
}

#[test]
fn the_news_of_an_update_are_wrapped() {
    compare(&["list"], |course| {
        fs::remove_dir_all(course.path("work")).unwrap();
    });
}

#[test]
fn a_row_of_the_list_is_wrapped_below_the_id() {
    let lines = compare(&["list"], |course| {
        course.command(&["hint", "--all", "fix/double"]);
    });
    let at = lines.iter().position(|line| line.contains("fix/double"));
    let below = &lines[at.unwrap() + 1];
    assert_eq!(below, "           (hints: 3 of 3)", "{lines:#?}");
}

#[test]
fn the_verdict_of_a_check_is_wrapped_and_the_compiler_s_text_is_not() {
    let missing = "work/02-fix/tests/double.rs";
    let lines = compare(&["check", "fix/double"], |course| {
        fs::remove_file(course.path(missing)).unwrap();
    });
    let at = lines.iter().position(|line| line.starts_with("  help: "));
    assert!(lines[at.unwrap() + 1].starts_with("        "), "{lines:#?}");

    let course = Course::new();
    let wide = "let a_long_name_of_a_variable: &str = double_that_is_not_there(x);";
    course.double(wide);
    let terminal = Terminal::new(24, COLUMNS.try_into().unwrap());
    let lines = terminal.lines_of(&course.start(&["check", "fix/double"]));
    assert!(lines.iter().any(|line| line.contains(wide)), "{lines:#?}");
}
