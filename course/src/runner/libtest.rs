//! Runs the tests of one test program, each in its own process.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::child::{self, Ended, Spec, Stream};
use super::limits::seconds;
use super::{Limits, Outcome, RunError, TestResult, TestStatus};

/// Listing the tests and running those that end at once takes less.
const A_MOMENT: Duration = Duration::from_millis(500);
/// How much of a test's output we show: enough to find the mistake, and not too much for a page.
const SHOWN: usize = 16 << 10;

/// The result of all tests of a program.
pub(crate) struct Ran {
    pub outcome: Outcome,
    pub tests: Vec<TestResult>,
    /// The output of the failed tests on stdout.
    pub stdout: Option<String>,
}

/// Lists the tests of a program and runs those that `wanted` selects, in the order of their file,
/// which starts with the simplest. `dir` is the directory of the crate. Cargo would use it too.
pub(crate) async fn run(
    binary: &Path,
    dir: &Path,
    test_file: &Path,
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Ran, RunError> {
    let deadline = Instant::now() + limits.test_time;
    let list = run_once(
        binary,
        dir,
        &["--list", "--format", "terse"],
        limits.test_time,
        limits,
    )
    .await?;
    let mut ran = Ran {
        outcome: Outcome::Passed,
        tests: Vec::new(),
        stdout: None,
    };
    let names = list
        .stdout
        .lines()
        .filter_map(|line| line.strip_suffix(": test"));
    let mut names: Vec<&str> = names.filter(|name| wanted(name)).collect();
    // The file only gives the order. Without it we use the alphabetical one.
    let source = crate::files::read(&dir.join(test_file)).unwrap_or_default();
    names.sort_by_key(|name| position(name, &source));
    for name in names {
        let time = deadline
            .saturating_duration_since(Instant::now())
            .max(limits.at_least());
        let args = [name, "--exact", "--nocapture", "--test-threads=1"];
        let once = run_once(binary, dir, &args, time, limits).await?;
        let (outcome, result) = judge(name, &once, time, limits);
        if outcome != Outcome::Passed {
            let printed = printed(name, &once.stdout);
            if !printed.is_empty() {
                let all = ran.stdout.get_or_insert_default();
                let _ = writeln!(all, "{name}:\n{printed}");
            }
        }
        ran.outcome = worse(ran.outcome, outcome);
        ran.tests.push(result);
    }
    if ran.tests.is_empty() {
        // This also happens if the list could not be printed. In both cases no test passed.
        ran.outcome = Outcome::Failed;
    }
    Ok(ran)
}

/// One run of the program.
struct Once {
    ended: Ended,
    stdout: String,
    stderr: String,
}

async fn run_once(
    binary: &Path,
    dir: &Path,
    args: &[&str],
    time: Duration,
    limits: &Limits,
) -> Result<Once, RunError> {
    let env = [
        ("RUST_BACKTRACE", "0".to_owned()),
        ("CARGO_MANIFEST_DIR", dir.display().to_string()),
    ];
    let spec = Spec {
        program: binary.to_owned(),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        dir: dir.to_owned(),
        env: env.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        time,
        output: limits.output,
        memory: Some(limits.memory),
        many_descriptors: false,
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut collect = |stream, bytes: &[u8]| match stream {
        Stream::Stdout => stdout.extend_from_slice(bytes),
        Stream::Stderr => stderr.extend_from_slice(bytes),
    };
    let ended = child::run(&spec, &mut collect).await?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Once {
        ended,
        stdout: text(stdout),
        stderr: text(stderr),
    })
}

fn judge(name: &str, once: &Once, time: Duration, limits: &Limits) -> (Outcome, TestResult) {
    let result = |outcome, status, message| {
        (
            outcome,
            TestResult {
                name: name.to_owned(),
                status,
                message,
            },
        )
    };
    let failed = |outcome, message| result(outcome, TestStatus::Failed, Some(message));
    match once.ended {
        Ended::TimedOut => {
            let mut said = format!("still running after {}: stopped", seconds(time));
            if time + A_MOMENT < limits.test_time {
                let all = seconds(limits.test_time);
                let _ = write!(said, ". The tests before it used the rest of the {all}");
            }
            failed(Outcome::TimedOut, with_panic(name, &said, &once.stderr))
        }
        Ended::TooMuchOutput => failed(
            Outcome::TooMuchOutput,
            format!("printed more than {} KiB: stopped", limits.output >> 10),
        ),
        Ended::Exited(status) if status.success() && is_ignored(name, &once.stdout) => {
            result(Outcome::Passed, TestStatus::Ignored, None)
        }
        Ended::Exited(status)
            if status.success() && once.stdout.contains("test result: ok. 1 passed") =>
        {
            result(Outcome::Passed, TestStatus::Ok, None)
        }
        Ended::Exited(status) => match (status.code(), panic_message(name, &once.stderr)) {
            (None, _) => failed(
                Outcome::Killed,
                with_panic(name, &signal(status), &once.stderr),
            ),
            (Some(101), panic) => failed(
                Outcome::Failed,
                why(panic, harness_note(name, &once.stdout)),
            ),
            (Some(_), _) => {
                let said = format!("the process ended before its test did ({status})");
                failed(Outcome::Failed, with_panic(name, &said, &once.stderr))
            }
        },
    }
}

/// The position of a test in its file.
fn position(name: &str, source: &str) -> usize {
    let function = name.rsplit("::").next().unwrap_or(name);
    source
        .find(&format!("fn {function}("))
        .unwrap_or(source.len())
}

/// The worse of two outcomes: the one that the reader should see first.
fn worse(a: Outcome, b: Outcome) -> Outcome {
    let rank = |outcome| match outcome {
        Outcome::Passed => 0,
        Outcome::Failed => 1,
        Outcome::TooMuchOutput => 2,
        Outcome::TimedOut => 3,
        // If the first test uses up the memory, the others may have no time left.
        _ => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}

fn is_ignored(name: &str, stdout: &str) -> bool {
    stdout.lines().any(|line| {
        line.strip_prefix("test ").is_some_and(|rest| {
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(" ... ignored"))
        })
    })
}

/// The text of a panic, without the lines of the test harness.
fn panic_message(name: &str, stderr: &str) -> Option<String> {
    // The test's own thread has its name. The reader sees that name above the message already.
    let own = format!("thread '{name}' ");

    // An abort prints a backtrace, whatever `RUST_BACKTRACE` says. Its lines are indented.
    let mut backtrace = false;
    let kept: Vec<String> = stderr
        .lines()
        .filter(|line| {
            backtrace = *line == "stack backtrace:" || backtrace && line.starts_with(' ');
            !backtrace && !line.starts_with("note: run with `RUST_BACKTRACE=")
        })
        .map(without_thread_id)
        .map(|line| line.strip_prefix(&own).map_or(line.clone(), str::to_owned))
        .collect();
    let text = kept.join("\n");
    // The panic comes last.
    let text = end_of(text.trim());
    (!text.is_empty()).then_some(text)
}

/// Removes the number from `thread 'name' (1234) panicked at …`, because it changes with every run.
fn without_thread_id(line: &str) -> String {
    let parts = line
        .split_once("' (")
        .filter(|_| line.starts_with("thread '"));
    match parts.and_then(|(head, tail)| tail.split_once(") ").map(|(id, rest)| (head, id, rest))) {
        Some((head, id, rest)) if id.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{head}' {rest}")
        }
        _ => line.to_owned(),
    }
}

fn with_panic(name: &str, said: &str, stderr: &str) -> String {
    match panic_message(name, stderr) {
        Some(message) => format!("{said}\n{message}"),
        None => said.to_owned(),
    }
}

/// The output of the test itself, without the harness's text around it.
fn printed(name: &str, stdout: &str) -> String {
    let begin = format!("test {name}");
    let after = stdout
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(" ... "))
        .map_or("", |(_, rest)| rest);
    let end = after.rfind("FAILED\n\nfailures:").unwrap_or(after.len());
    start_of(after[..end].trim_end())
}

fn start_of(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(SHOWN);
    format!(
        "{}\n… and {} KiB more",
        &text[..end],
        (text.len() - end).div_ceil(1 << 10)
    )
}

fn end_of(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let start = text.ceil_char_boundary(text.len() - SHOWN);
    format!(
        "{} KiB before that …\n{}",
        start.div_ceil(1 << 10),
        &text[start..]
    )
}

/// The harness's note about a `#[should_panic]` test: no panic, or the wrong message.
fn harness_note<'a>(name: &str, stdout: &'a str) -> Option<&'a str> {
    let (_, after) = stdout.rsplit_once(&format!("\n---- {name} stdout ----\n"))?;
    let (note, _) = after.split_once("\n\nfailures:")?;
    note.trim().strip_prefix("note: ")
}

/// The panic with the harness's note below it. Without the note, a panic with the wrong message
/// would look like the expected one.
fn why(panic: Option<String>, note: Option<&str>) -> String {
    match (panic, note) {
        (Some(panic), Some(note)) => format!("{panic}\n\n{note}"),
        (Some(panic), None) => panic,
        (None, Some(note)) => note.to_owned(),
        (None, None) => "it failed without a message".to_owned(),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    let known = match status.signal() {
        Some(6) => " (SIGABRT: an abort, a stack overflow, or out of memory)",
        Some(9) => " (SIGKILL: perhaps out of memory)",
        Some(11) => " (SIGSEGV: an invalid memory access)",
        _ => "",
    };
    format!(
        "killed by signal {}{known}",
        status.signal().unwrap_or_default()
    )
}

#[cfg(not(unix))]
fn signal(status: ExitStatus) -> String {
    format!("killed: {status}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_shown_without_the_harness_and_without_numbers_that_change() {
        let stderr = "\nthread 'visits' (4711) panicked at tests/one.rs:3:5:\nassertion failed: a\n\
                      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        let expected = "thread 'visits' panicked at tests/one.rs:3:5:\nassertion failed: a";
        assert_eq!(panic_message("other", stderr).as_deref(), Some(expected));
        let own = "panicked at tests/one.rs:3:5:\nassertion failed: a";
        assert_eq!(panic_message("visits", stderr).as_deref(), Some(own));
        assert_eq!(panic_message("visits", "\n"), None);
    }

    #[test]
    fn the_backtrace_of_an_abort_is_left_out() {
        let stderr = "thread 'ticks' (4711) panicked at src/deadlines.rs:3:5:\nnot yet implemented\n\
                      thread 'ticks' (4711) panicked at library/core/src/panicking.rs:1:1:\n\
                      panic in a destructor during cleanup\nstack backtrace:\n   \
                      0:     0x55d2 - std::backtrace::print\n                               \
                      at /rustc/library/std/src/backtrace.rs:1:1\n\
                      thread caused non-unwinding panic. aborting.\n";
        let expected = "panicked at src/deadlines.rs:3:5:\nnot yet implemented\n\
                        panicked at library/core/src/panicking.rs:1:1:\n\
                        panic in a destructor during cleanup\n\
                        thread caused non-unwinding panic. aborting.";
        assert_eq!(panic_message("ticks", stderr).as_deref(), Some(expected));
    }

    #[test]
    fn a_panic_with_the_wrong_message_is_shown_with_both_messages() {
        let stdout = "\nrunning 1 test\ntest late - should panic ... note: mine\nFAILED\n\nfailures:\n\n\
                      ---- late stdout ----\nnote: panic did not contain expected string\n      \
                      panic message: \"a\"\n expected substring: \"b\"\n\nfailures:\n    late\n";
        let note = harness_note("late", stdout);
        assert_eq!(
            why(Some("panicked at x.rs:1:1:\na".into()), note),
            "panicked at x.rs:1:1:\na\n\npanic did not contain expected string\n      \
             panic message: \"a\"\n expected substring: \"b\""
        );
        assert_eq!(harness_note("late", "note: mine\n"), None);
        assert_eq!(why(None, None), "it failed without a message");
    }

    #[test]
    fn the_output_of_a_test_is_separated_from_the_output_of_the_harness() {
        let stdout = "\nrunning 1 test\ntest a::b ... first\nsecond\nFAILED\n\nfailures:\n\nfailures:\n    a::b\n";
        assert_eq!(printed("a::b", stdout), "first\nsecond");
        assert_eq!(
            printed("a::b", "\nrunning 1 test\ntest a::b ... cut off he"),
            "cut off he"
        );
    }

    #[test]
    fn the_important_part_of_a_long_text_is_kept() {
        let much = format!("first{}last", "ä".repeat(SHOWN));
        assert!(start_of(&much).starts_with("first") && start_of(&much).ends_with("17 KiB more"));
        assert!(end_of(&much).starts_with("17 KiB before") && end_of(&much).ends_with("last"));
        assert_eq!(start_of("little"), "little");
    }

    #[test]
    fn the_worst_outcome_of_all_tests_is_the_outcome_of_the_run() {
        assert_eq!(worse(Outcome::Passed, Outcome::Failed), Outcome::Failed);
        assert_eq!(worse(Outcome::TimedOut, Outcome::Failed), Outcome::TimedOut);
        assert_eq!(worse(Outcome::Killed, Outcome::TimedOut), Outcome::Killed);
        assert_eq!(
            worse(Outcome::Killed, Outcome::TooMuchOutput),
            Outcome::Killed
        );
    }
}
