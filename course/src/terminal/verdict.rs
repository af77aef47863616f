//! Formats a verdict as text.

use std::fmt::Write as _;

use super::{Paint, clean, count, indented, wrapped};
use crate::runner::{Outcome, TestStatus, Verdict};

/// The outcome in a word or two, with colour.
pub fn summary(verdict: &Verdict, paint: Paint) -> String {
    let text = match verdict.outcome {
        Outcome::Passed if verdict.changed.is_empty() => return paint.green("passed"),
        Outcome::Passed => {
            let files = verdict.changed.join(", ");
            let are = if verdict.changed.len() == 1 {
                "is"
            } else {
                "are"
            };
            return paint.yellow(&format!("passed, but {files} {are} not the course's own"));
        }
        _ if !verdict.needs.is_empty() => {
            return paint.yellow(&format!("failed, needs {}", verdict.needs.join(", ")));
        }
        Outcome::Failed => "failed",
        Outcome::BuildFailed => {
            if let Some(file) = &verdict.waits_for {
                return paint.yellow(&format!("waits for {file}"));
            }
            "does not compile"
        }
        Outcome::TimedOut => "takes too long",
        Outcome::TooMuchOutput => "prints too much",
        Outcome::ManifestBroken => "cargo cannot build it",
        Outcome::Missing => return paint.red(&clean(&verdict.diagnostics, paint)),
        Outcome::Killed => "was killed",
    };
    paint.red(text)
}

/// What the reader does next for an exercise with this file that did not pass.
pub fn next_step(verdict: &Verdict, file: &str) -> String {
    if let Some(changed) = verdict.changed.first() {
        return format!("`cargo course reset --file {changed}` comes first");
    }
    if let Some(next) = &verdict.next {
        return next.clone();
    }
    let file = verdict.waits_for.as_deref().unwrap_or(file);
    format!("edit {file} and save it")
}

/// Whether the verdict has a text of the compiler or of cargo below its summary.
fn has_diagnostics(verdict: &Verdict) -> bool {
    verdict.outcome != Outcome::Missing && !verdict.diagnostics.is_empty()
}

/// The full verdict: each test with its message, the compiler's text, and what to do.
pub fn verdict(verdict: &Verdict, paint: Paint) -> String {
    let mut out = String::new();
    if has_diagnostics(verdict) {
        let said = clean(&verdict.diagnostics, paint);
        let _ = writeln!(out, "{}\n", compiler(&said, paint));
    }
    let mut told: Vec<(&str, &str)> = Vec::new();
    for test in &verdict.tests {
        let status = match test.status {
            TestStatus::Ok => paint.green("ok     "),
            TestStatus::Failed => paint.red("failed "),
            TestStatus::Ignored => paint.dim("ignored"),
        };
        let _ = writeln!(out, "  {status}  {}", test.name);
        if let Some(message) = &test.message {
            // If several tests fail with the same message, print it once.
            let same = told.iter().find(|(_, said)| said == message);
            let said = match same {
                Some((name, _)) => wrapped(&format!("the same as {name}"), 11, 11),
                None => wrapped(&clean(message, paint), 11, 11),
            };
            let _ = writeln!(out, "           {said}");
            told.push((&test.name, message));
        }
    }
    if let Some(stdout) = &verdict.stdout {
        let _ = writeln!(
            out,
            "\n  {}\n    {}",
            paint.dim("printed:"),
            indented(&clean(shortened(stdout), paint), 4)
        );
    }
    if let Some(advice) = &verdict.advice {
        let _ = writeln!(out, "  {} {}", paint.bold("help:"), wrapped(advice, 8, 8));
    }
    out
}

/// A verdict for a small screen: the first failing test with its message comes before the rest.
pub fn brief(verdict: &Verdict, paint: Paint) -> String {
    let mut out = String::new();
    if let Some(advice) = &verdict.advice {
        let _ = writeln!(out, "  {} {}", paint.bold("help:"), wrapped(advice, 8, 8));
    }
    let failing = |status| status == TestStatus::Failed;
    let mut failed = verdict.tests.iter().filter(|test| failing(test.status));
    if let Some(first) = failed.next() {
        let _ = writeln!(out, "  {}  {}", paint.red("failed "), first.name);
        if let Some(message) = &first.message {
            let said = wrapped(&clean(message, paint), 11, 11);
            let _ = writeln!(out, "           {said}");
        }
    }
    for test in failed {
        let _ = writeln!(out, "  {}  {}", paint.red("failed "), test.name);
    }
    let passed = verdict
        .tests
        .iter()
        .filter(|test| test.status == TestStatus::Ok);
    match passed.count() {
        0 => {}
        passed => {
            let _ = writeln!(
                out,
                "  {}  {}",
                paint.green("ok     "),
                count(passed, "test")
            );
        }
    }
    if has_diagnostics(verdict) {
        let said = clean(&verdict.diagnostics, paint);
        let _ = writeln!(out, "{}", compiler(&said, paint));
    }
    out
}

/// The start of what a test printed, so that an endless loop does not fill the screen.
fn shortened(text: &str) -> &str {
    let lines = text
        .char_indices()
        .filter(|(_, c)| *c == '\n')
        .map(|(at, _)| at)
        .nth(19);
    let end = lines.unwrap_or(text.len()).min(2_000);
    let end = (0..=end)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    &text[..end]
}

/// The compiler's text, with the first lines of its messages coloured as the compiler does.
fn compiler(text: &str, paint: Paint) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some((head, rest)) if head.starts_with("error") => {
            format!("{}: {}", paint.red(head), paint.bold(rest))
        }
        Some((head, rest)) if head.starts_with("warning") => {
            format!("{}: {}", paint.yellow(head), paint.bold(rest))
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::TestResult;

    #[test]
    fn a_verdict_names_each_test_and_says_what_to_do() {
        let test = |name: &str, status, message: Option<&str>| TestResult {
            name: name.into(),
            status,
            message: message.map(Into::into),
        };
        let given = Verdict {
            outcome: Outcome::Failed,
            tests: vec![
                test("a", TestStatus::Ok, None),
                test("b", TestStatus::Failed, Some("left: 1\nright: 2")),
                test("c", TestStatus::Failed, Some("left: 1\nright: 2")),
            ],
            stdout: Some("b:\nhello\n".into()),
            advice: Some("look again".into()),
            ..Verdict::empty("")
        };
        let expected = "  ok       a\n  failed   b\n           left: 1\n           right: 2\n  \
                        failed   c\n           the same as b\n\n  printed:\n    b:\n    \
                        hello\n  help: look again\n";
        assert_eq!(verdict(&given, Paint::plain()), expected);
        assert_eq!(summary(&given, Paint::plain()), "failed");
    }

    #[test]
    fn the_summary_says_what_is_missing_and_the_next_step_says_what_to_do() {
        let gone = Verdict {
            outcome: Outcome::Missing,
            diagnostics: "x.rs is missing".into(),
            next: Some("run `restore`".into()),
            ..Verdict::empty("")
        };
        assert_eq!(summary(&gone, Paint::plain()), "x.rs is missing");
        for text in [verdict(&gone, Paint::plain()), brief(&gone, Paint::plain())] {
            assert_eq!(text, "");
        }
        assert_eq!(next_step(&gone, "x.rs"), "run `restore`");
    }

    /// `watch` prints these texts to the terminal as they are.
    #[test]
    fn no_text_of_a_verdict_can_command_the_terminal() {
        let dirty = "\x1b[2J\x1b]0;mine\x07said\x1b[6n";
        let given = Verdict {
            outcome: Outcome::Failed,
            tests: vec![TestResult {
                name: "a".into(),
                status: TestStatus::Failed,
                message: Some(dirty.into()),
            }],
            diagnostics: dirty.into(),
            stdout: Some(dirty.into()),
            ..Verdict::empty("")
        };
        let missing = Verdict {
            outcome: Outcome::Missing,
            ..given.clone()
        };
        for (text, times) in [
            (verdict(&given, Paint::plain()), 3),
            (brief(&given, Paint::plain()), 2),
            (summary(&missing, Paint::plain()), 1),
        ] {
            assert_eq!(text.matches("said").count(), times, "{text:?}");
            assert!(
                !text.contains(|c: char| c.is_control() && c != '\n'),
                "{text:?}"
            );
        }
    }

    #[test]
    fn endless_output_is_cut_after_its_start() {
        assert_eq!(shortened(&"line\n".repeat(100)).lines().count(), 20);
        assert_eq!(shortened(&"ä".repeat(5_000)).len(), 2_000);
    }
}
