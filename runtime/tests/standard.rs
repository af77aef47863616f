//! The standard streams, in a child process that runs one of the ignored tests below.
#![cfg(not(any(loom, miri)))]

use futures_util::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, TryStreamExt, io::BufReader};
use std::{
    env,
    io::{self, Read, Write},
    process::{Child, Command, Stdio},
    time::Duration,
};
use wakeful::{Runtime, io::stderr, io::stdin, io::stdout, time::timeout};

/// Starts this program again, to run one of its ignored tests.
fn child(test: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn the_standard_streams_read_and_write_lines() {
    let mut child = child("writes_the_input_in_capitals");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"one\ntwo\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("ONE\nTWO\n"), "{printed}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("no more\n"), "{errors}");
}

#[test]
#[ignore = "run by the test above"]
fn writes_the_input_in_capitals() {
    Runtime::new().unwrap().block_on(async {
        let mut lines = BufReader::new(stdin()).lines();
        let mut out = stdout();
        while let Some(line) = lines.try_next().await.unwrap() {
            out.write_all(line.to_uppercase().as_bytes()).await.unwrap();
            out.write_all(b"\n").await.unwrap();
        }
        out.flush().await.unwrap();
        let mut errors = stderr();
        errors.write_all(b"no more\n").await.unwrap();
        errors.flush().await.unwrap();
    });
}

#[test]
fn pitfall_16_a_runtime_shuts_down_while_a_read_of_stdin_waits() {
    let mut child = child("stops_waiting_for_input");
    // The input stays open and empty.
    let input = child.stdin.take();
    let mut printed = String::new();
    let mut output = child.stdout.take().unwrap();
    output.read_to_string(&mut printed).unwrap();
    assert!(printed.contains("the runtime was dropped\n"), "{printed}");
    drop(input);
    child.wait().unwrap();
}

#[test]
#[ignore = "run by the test above"]
fn stops_waiting_for_input() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut byte = [0];
        let mut input = stdin();
        let waited = timeout(Duration::from_millis(1), input.read(&mut byte)).await;
        assert!(waited.is_err(), "there is no input");
    });
    drop(runtime);
    println!("the runtime was dropped");
}

#[test]
fn the_input_of_a_dropped_read_goes_to_the_next_read() {
    let mut child = child("reads_twice");
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut printed = Vec::new();
    // Send nothing before the child has dropped its first read.
    let mut byte = [0];
    while !printed.ends_with(b"now\n") {
        assert_eq!(output.read(&mut byte).unwrap(), 1, "the child still runs");
        printed.push(byte[0]);
    }
    input.write_all(b"typed\n").unwrap();
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("typed\n"), "{rest}");
    child.wait().unwrap();
}

#[test]
#[ignore = "run by the test above"]
fn reads_twice() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut byte = [0];
        let mut input = stdin();
        let waited = timeout(Duration::from_millis(1), input.read(&mut byte)).await;
        assert!(waited.is_err(), "there is no input");
    });
    println!("now");
    io::stdout().flush().unwrap();
    // The second read may be on another runtime.
    let mut all = String::new();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(stdin().read_to_string(&mut all)).unwrap();
    println!("{all}");
}
