//! The limits of a run: time, output, memory, and what a test that breaks off says.

mod common;

use std::time::{Duration, Instant};

use common::Course;
use common::verdict::{short, test};
use course::runner::{Limits, Outcome, TestStatus};

#[test]
fn a_test_that_loops_forever_is_killed_by_name_and_the_others_still_run() {
    let course = Course::new();
    course.double("if x == 1 { loop { std::hint::spin_loop() } } else { 2 * x }");
    let started = Instant::now();
    let verdict = course.run("fix/double", &short());
    assert_eq!(verdict.outcome, Outcome::TimedOut);
    let (status, message) = test(&verdict, "doubles_one");
    assert_eq!(
        (status, message),
        (TestStatus::Failed, "still running after 1 s: stopped")
    );
    assert_eq!(test(&verdict, "doubles_three").0, TestStatus::Ok);
    let advice = verdict.advice.expect("there is advice");
    assert!(advice.starts_with("is there an endless loop"), "{advice}");
    assert!(
        started.elapsed() < Duration::from_mins(1),
        "the runner waited for the test instead of killing it"
    );
}

#[test]
fn a_test_that_had_only_the_rest_of_the_time_says_so() {
    let course = Course::new();
    course.double("loop { std::hint::spin_loop() }");
    let limits = Limits {
        test_time: Duration::from_secs(2),
        ..Limits::default()
    };
    let verdict = course.run("fix/double", &limits);
    let (_, first) = test(&verdict, "doubles_one");
    // The list of tests takes some of the time.
    assert!(first.starts_with("still running after "), "{first}");
    assert!(first.ends_with(" s: stopped"), "{first}");
    let (_, second) = test(&verdict, "doubles_three");
    assert_eq!(
        second,
        "still running after 1 s: stopped. The tests before it used the rest of the 2 s"
    );
    assert_eq!(
        verdict.advice.as_deref(),
        Some(
            "is there an endless loop, or a wait that never ends? All tests together have 2 s. After that, each \
             test still gets 1 s"
        )
    );
}

#[test]
fn a_test_that_prints_forever_is_killed_with_a_message() {
    let course = Course::new();
    course.double("loop { println!(\"{x} and {x} and {x}\") }");
    let verdict = course.run(
        "fix/double",
        &Limits {
            output: 64 << 10,
            ..Limits::default()
        },
    );
    assert_eq!(verdict.outcome, Outcome::TooMuchOutput);
    assert_eq!(
        test(&verdict, "doubles_one"),
        (TestStatus::Failed, "printed more than 64 KiB: stopped")
    );
    assert_eq!(
        verdict.advice.as_deref(),
        Some("is there a `println!` in an endless loop?")
    );
    assert!(
        verdict
            .stdout
            .is_some_and(|text| text.contains("1 and 1 and 1") && text.len() < 64 << 10)
    );
}

#[cfg(unix)]
#[test]
fn an_abort_and_an_early_exit_give_different_messages() {
    let course = Course::new();
    course.double("match x { 1 => std::process::abort(), _ => std::process::exit(0) }");
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::Killed);
    let (_, message) = test(&verdict, "doubles_one");
    assert!(message.starts_with("killed by signal 6"), "{message}");
    let (status, message) = test(&verdict, "doubles_three");
    assert_eq!(status, TestStatus::Failed, "an early exit is not a success");
    assert!(message.contains("ended before its test did"), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn shared_memory_counts_for_the_memory_limit() {
    let course = Course::new();
    // The arguments are PROT_READ | PROT_WRITE and MAP_SHARED | MAP_ANONYMOUS, and -1 is MAP_FAILED.
    course.double(
        "#[allow(unsafe_code)]\n    let mapped = unsafe {\n        \
         unsafe extern \"C\" {\n            \
         fn mmap(at: usize, length: usize, may: i32, flags: i32, file: i32, from: i64) -> isize;\n        \
         }\n        mmap(0, 3 << 30, 3, 0x21, -1, 0)\n    };\n    assert_eq!(mapped, -1);\n    x + x",
    );
    let limits = Limits {
        memory: 1 << 30,
        ..Limits::default()
    };
    let verdict = course.run("fix/double", &limits);
    assert_eq!(verdict.outcome, Outcome::Passed, "{verdict:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_test_that_allocates_forever_is_stopped_before_the_machine_runs_out() {
    let course = Course::new();
    course.double("let mut all = vec![]; loop { all.push(vec![x as u8; 1 << 20]) }");
    let limits = Limits {
        memory: 128 << 20,
        ..Limits::default()
    };
    let verdict = course.run("fix/double", &limits);
    assert_eq!(verdict.outcome, Outcome::Killed, "{verdict:#?}");
    let advice = verdict.advice.as_deref();
    assert_eq!(
        advice,
        Some("is there an endless loop that allocates? Each test may use 128 MiB of memory")
    );
    let (_, message) = test(&verdict, "doubles_one");
    assert!(message.contains("out of memory"), "{message}");
    assert!(message.contains("memory allocation of"), "{message}");
}

/// The first test uses up the memory, and then there is not enough time for the second one.
#[cfg(target_os = "linux")]
#[test]
fn a_test_without_memory_is_not_said_to_take_too_long() {
    let course = Course::new();
    course.double(
        "if x == 3 { loop { std::hint::spin_loop() } }\n    let mut all = vec![]; loop { all.push(vec![x as u8; 1 << 20]) }",
    );
    let limits = Limits {
        memory: 128 << 20,
        test_time: Duration::from_secs(3),
        ..short()
    };
    let verdict = course.run("fix/double", &limits);
    let (_, second) = test(&verdict, "doubles_three");
    assert!(second.contains("still running"), "{second}");
    assert_eq!(verdict.outcome, Outcome::Killed, "{verdict:#?}");
}

/// This limit stops an endless test even if the course that started it was killed.
#[cfg(target_os = "linux")]
#[test]
fn a_test_has_a_limit_for_processor_time() {
    let course = Course::new();
    course.double(
        "let _ = x;\n    loop {\n        \
         let limits = std::fs::read_to_string(\"/proc/self/limits\").unwrap();\n        \
         let line = limits.lines().find(|line| line.starts_with(\"Max cpu time\")).unwrap();\n        \
         assert!(line.contains(\"unlimited\"), \"{line}\");\n    }",
    );
    let verdict = course.run("fix/double", &Limits::default());
    let (_, message) = test(&verdict, "doubles_one");
    assert!(message.contains("Max cpu time"), "{verdict:#?}");
}
