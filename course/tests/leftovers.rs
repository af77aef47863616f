//! The runner ends every process that a run started.

#![cfg(target_os = "linux")]

mod common;

use std::process::{Command, Stdio};
use std::time::Duration;

use common::Course;
use course::runner::{Limits, Outcome, TestStatus};

#[test]
fn a_killed_test_takes_its_child_processes_with_it() {
    let course = Course::new();
    let pid_file = course.path("pid");
    course.double(&format!(
        "let child = std::process::Command::new(\"sleep\").arg(\"1000\").spawn().unwrap();\n    \
         std::fs::write({:?}, child.id().to_string()).unwrap();\n    if x == 1 {{ loop {{}} }} else {{ 2 * x }}",
        pid_file.display().to_string()
    ));
    let limits = Limits {
        test_time: Duration::from_secs(1),
        ..Limits::default()
    };
    let verdict = course.run("fix/double", &limits);
    // `doubles_three` passed, although its child still held the pipe open.
    let three = verdict
        .tests
        .iter()
        .find(|test| test.name == "doubles_three");
    assert_eq!(three.unwrap().status, TestStatus::Ok, "{verdict:#?}");
    let pid = std::fs::read_to_string(pid_file).unwrap();
    common::wait_until_gone(&pid);
}

/// A child of a dead test becomes a child of the course, which has to collect it.
#[test]
fn a_run_leaves_no_dead_process_behind() {
    let course = Course::new();
    let pid_file = course.path("pid");
    course.double(&format!(
        "let child = std::process::Command::new(\"sleep\").arg(\"1000\").spawn().unwrap();\n    \
         std::fs::write({:?}, child.id().to_string()).unwrap();\n    2 * x",
        pid_file.display().to_string()
    ));
    let verdict = course.run("fix/double", &Limits::default());
    assert_eq!(verdict.outcome, Outcome::Passed, "{verdict:#?}");
    let pid = std::fs::read_to_string(pid_file).unwrap();
    let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat"));
    // On a busy machine it dies after the run. Then the next run collects it.
    let gone = (0..5).any(|_| {
        stat().is_err() || {
            course.run("fix/double", &Limits::default());
            false
        }
    });
    assert!(gone, "{:?}", stat());
}

/// `setsid` moves a process out of the group that we kill.
#[test]
fn a_process_that_left_the_group_ends_with_its_run() {
    let course = Course::new();
    let (child, orphan) = (course.path("child"), course.path("orphan"));
    // The parent of the second process ends before its run.
    course.double(&format!(
        "let mut child = std::process::Command::new(\"setsid\");\n    \
         let child = child.args([\"sleep\", \"1000\"]).spawn().unwrap();\n    \
         std::fs::write({:?}, child.id().to_string()).unwrap();\n    \
         let mut shell = std::process::Command::new(\"setsid\");\n    \
         let shell = shell.args([\"sh\", \"-c\", \"sleep 1000 & echo $! > {}\"]).status();\n    \
         assert!(shell.unwrap().success());\n    println!(\"{{x}}\");\n    x + x + 1",
        child.display().to_string(),
        orphan.display()
    ));
    let limits = Limits {
        test_time: Duration::from_mins(10),
        ..Limits::default()
    };
    let verdict = course.run("fix/double", &limits);
    assert_eq!(verdict.outcome, Outcome::Failed, "{verdict:#?}");
    assert!(
        verdict
            .stdout
            .is_some_and(|text| text.contains("doubles_three:\n3"))
    );
    for file in [child, orphan] {
        let pid = std::fs::read_to_string(&file).unwrap();
        common::wait_until_gone(pid.trim());
    }
}

#[test]
fn dropping_the_run_kills_the_processes_it_started() {
    let course = Course::new();
    let pid_file = course.path("pid");
    course.double(&format!(
        "std::fs::write({:?}, std::process::id().to_string()).unwrap();\n    loop {{ std::hint::black_box(x); }}",
        pid_file.display().to_string()
    ));
    let exercise = course.exercise("fix/double");
    let pid = wakeful::block_on(async {
        let limits = Limits {
            test_time: Duration::from_mins(10),
            ..Limits::default()
        };
        let run = course::runner::run(&course.layout, &exercise, &limits);
        let (run, written) = (std::pin::pin!(run), std::pin::pin!(course.written("pid")));
        let both = futures_util::future::select(run, written);
        match both.await {
            futures_util::future::Either::Right((pid, _run)) => pid,
            futures_util::future::Either::Left((verdict, _)) => {
                panic!("ended by itself: {verdict:?}")
            }
        }
    });
    common::wait_until_gone(&pid);
}

/// The system kills the course when memory is short, or the reader does.
#[test]
fn a_test_does_not_outlive_a_course_that_is_killed() {
    let course = Course::new();
    let pid_file = course.path("pid");
    course.double(&format!(
        "std::fs::write({:?}, std::process::id().to_string()).unwrap();\n    \
         loop {{ std::thread::park(); }} ; #[allow(unreachable_code)] {{ x }}",
        pid_file.display().to_string()
    ));
    let mut command = course.start(&["check", "fix/double", "--time-limit", "600"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let pid = wakeful::block_on(course.written("pid"));
    child.kill().unwrap();
    child.wait().unwrap();
    common::wait_until_gone(&pid);
}

/// In a container, the leader of our session is often outside, and our session has the number 0.
#[test]
fn a_process_that_left_the_group_ends_in_a_container_too() {
    let container = || {
        let mut unshare = Command::new("unshare");
        unshare.args([
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "--mount-proc",
        ]);
        unshare
    };
    let probe = container().arg("true").stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this system does not let us make a container");
        return;
    }
    let tests = std::env::current_exe().unwrap();
    let test = "a_process_that_left_the_group_ends_with_its_run";
    let output = container()
        .arg(tests)
        .args(["--exact", test])
        .output()
        .unwrap();
    let printed = common::stdout(&output);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{}",
        common::stderr(&output)
    );
}
