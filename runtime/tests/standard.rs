//! The standard streams, of a child that runs one of the functions below.
#![cfg(not(any(loom, miri)))]

use futures_util::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, TryStreamExt, io::BufReader};
use std::{
    env,
    io::{self, Read, Write},
    process::{Child, Command, Stdio},
    time::Duration,
};
use wakeful::{Runtime, io::stderr, io::stdin, io::stdout, time::timeout};

/// This program again, to run one of its ignored tests.
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
fn lines_go_in_and_out_and_errors_beside() {
    let mut child = child("shouts_back");
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
fn shouts_back() {
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
fn trap_16_a_runtime_ends_while_its_input_waits_for_somebody_to_type() {
    let mut child = child("gives_up_waiting");
    // The input stays open, and nothing comes.
    let input = child.stdin.take();
    let mut printed = String::new();
    let mut output = child.stdout.take().unwrap();
    output.read_to_string(&mut printed).unwrap();
    assert!(printed.contains("the runtime is gone\n"), "{printed}");
    drop(input);
    child.wait().unwrap();
}

#[test]
#[ignore = "run by the test above"]
fn gives_up_waiting() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut byte = [0];
        let mut input = stdin();
        let waited = timeout(Duration::from_millis(1), input.read(&mut byte)).await;
        assert!(waited.is_err(), "nobody types");
    });
    drop(runtime);
    println!("the runtime is gone");
}

#[test]
fn what_comes_for_a_read_that_was_dropped_is_there_for_the_next() {
    let mut child = child("asks_twice");
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut printed = Vec::new();
    // Nothing is sent before the first read has been given up.
    let mut byte = [0];
    while !printed.ends_with(b"now\n") {
        assert_eq!(output.read(&mut byte).unwrap(), 1, "the child goes on");
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
fn asks_twice() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut byte = [0];
        let mut input = stdin();
        let waited = timeout(Duration::from_millis(1), input.read(&mut byte)).await;
        assert!(waited.is_err(), "nobody types");
    });
    println!("now");
    io::stdout().flush().unwrap();
    // Another runtime, too.
    let mut all = String::new();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(stdin().read_to_string(&mut all)).unwrap();
    println!("{all}");
}
