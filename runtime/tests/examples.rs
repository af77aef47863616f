//! What the examples print is what their readers are told they print.
#![cfg(not(any(loom, miri)))]

use std::process::Command;

fn printed_by(example: &str, features: &[&str]) -> String {
    // The examples are built by `cargo test` beside this test, so this builds
    // nothing.
    let output = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--package",
            "wakeful",
            "--example",
            example,
        ])
        .args(features)
        .output()
        .expect("cargo runs: it has started this test");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{example} failed:\n{errors}");
    String::from_utf8(output.stdout).expect("the examples print text")
}

#[test]
fn echo_prints_what_it_hears() {
    let printed = printed_by("echo", &[]);
    assert_eq!(
        printed,
        "sent \"wake\", heard \"wake\"\n\
         sent \"poll\", heard \"poll\"\n\
         sent \"sleep\", heard \"sleep\"\n"
    );
}

#[test]
fn timers_prints_its_events_in_order() {
    let printed = printed_by("timers", &[]);
    // The column of times is the machine's; the order is the timers'.
    let events: Vec<_> = printed
        .lines()
        .map(|line| line.split_once("ms  ").expect("a time and an event").1)
        .collect();
    assert_eq!(
        events,
        [
            "first",
            "second",
            "third",
            "tick",
            "tick",
            "tick",
            "the time limit has passed",
        ]
    );
    let times: Vec<u32> = printed
        .lines()
        .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    assert!(times.is_sorted());
    assert!(
        times[0] >= 30 && times[2] >= 90 && times[6] >= 160,
        "never early: {times:?}"
    );
}

#[test]
fn http_hello_answers() {
    let printed = printed_by("http_hello", &["--features", "hyper"]);
    assert!(printed.starts_with("HTTP/1.1 200 OK\n"), "{printed}");
    assert!(printed.ends_with("\n\nhello, reader\n"), "{printed}");
}
