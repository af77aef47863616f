//! The examples print what their readers expect.
#![cfg(not(any(loom, miri)))]

use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
};

/// Builds an example and returns its program. After a plain `cargo test`, it is built
/// already.
fn program(example: &str) -> PathBuf {
    let this = env::current_exe().expect("this program has a path");
    let mut folders = this.ancestors().skip(2);
    let built = folders.next().expect("target/debug, above deps/this");
    let target = folders.next().expect("target");
    let profile = match built.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let mut features = vec!["hyper"];
    features.extend(cfg!(feature = "tokio").then_some("tokio"));
    features.extend(cfg!(feature = "dynamic").then_some("dynamic"));
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "wakeful"])
        .args(["--profile", profile, "--example", example])
        .args(["--features", &features.join(",")])
        .arg("--target-dir")
        .arg(target)
        .output()
        .expect("cargo has started this test, so it can run");
    text_of(example, output);
    built.join("examples").join(example)
}

fn text_of(what: &str, output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} failed:\n{errors}");
    String::from_utf8(output.stdout).expect("the examples print text")
}

fn printed_by(example: &str) -> String {
    let output = Command::new(program(example)).output();
    text_of(example, output.expect("the example starts"))
}

#[test]
fn echo_prints_the_answers() {
    let printed = printed_by("echo");
    assert_eq!(
        printed,
        "client: sent \"wake\", received \"wake\"\n\
         client: sent \"poll\", received \"poll\"\n\
         client: sent \"sleep\", received \"sleep\"\n"
    );
}

#[test]
fn priorities_prints_both_orders() {
    assert_eq!(
        printed_by("priorities"),
        "Fifo order: cleanup, patient request, urgent request, alarm, child of patient, \
         child of urgent, cleanup, cleanup\n\
         Ranked order: alarm, urgent request, child of urgent, patient request, \
         child of patient, cleanup, cleanup, cleanup\n"
    );
}

#[test]
fn thread_per_core_spreads_its_visitors_over_the_cores() {
    assert_eq!(
        printed_by("thread_per_core"),
        "one listener hands its connections to the cores in turn:\n  \
         core 0 greets its visitor 1\n  \
         core 1 greets its visitor 1\n  \
         core 0 greets its visitor 2\n  \
         core 1 greets its visitor 2\n  \
         core 0 greets its visitor 3\n  \
         core 1 greets its visitor 3\n\
         each core has a listener, and the kernel chooses one:\n  \
         6 visitors were greeted\n"
    );
}

#[cfg(feature = "dynamic")]
#[test]
fn store_keeps_readings_in_memory_or_in_files() {
    let first = "water: 0 + 17 = 17\nheat: 0 + 4 = 4\nwater: 17 + 3 = 20\n";
    let second = "water: 20 + 17 = 37\nheat: 4 + 4 = 8\nwater: 37 + 3 = 40\n";
    assert_eq!(printed_by("store"), first);
    let folder = tempfile::tempdir().unwrap();
    for expected in [first, second] {
        let output = Command::new(program("store")).arg(folder.path()).output();
        assert_eq!(text_of("store", output.unwrap()), expected);
    }
    std::fs::write(folder.path().join("heat"), "warm").unwrap();
    let output = Command::new(program("store")).arg(folder.path()).output();
    let errors = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(errors.contains("InvalidData"), "{errors}");
}

#[test]
fn timers_prints_its_events_in_order() {
    let printed = printed_by("timers");
    // The times depend on the machine. The order depends only on the timers.
    let events: Vec<_> = printed
        .lines()
        .map(|line| line.split_once("ms  ").expect("a time and an event").1)
        .collect();
    assert_eq!(
        events,
        [
            "first sleep",
            "second sleep",
            "third sleep",
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
        "a timer was early: {times:?}"
    );
}

#[test]
fn http_hello_answers() {
    let printed = printed_by("http_hello");
    assert!(printed.starts_with("HTTP/1.1 200 OK\n"), "{printed}");
    assert!(printed.ends_with("\n\nhello, reader\n"), "{printed}");
}

#[test]
fn chat_disconnects_a_user_who_does_not_read() {
    assert_eq!(
        printed_by("chat"),
        "ann receives: * what is your name?\n\
         ann receives: * ann has joined\n\
         bob receives: * what is your name?\n\
         bob receives: * that name is empty or taken, choose another\n\
         bob receives: * bob has joined\n\
         ann receives: * bob has joined\n\
         ann receives: ann: hello\n\
         bob receives: ann: hello\n\
         bob receives: * bob has joined\n\
         ann receives: * bob goes to garden\n\
         bob receives: * in this room: bob\n\
         tom receives: * what is your name?\n\
         ann receives: * tom has joined\n\
         ann sends many lines, and tom does not read them\n\
         ann receives: * tom does not read, and was disconnected\n\
         tom receives all of them late, and then the end of the stream\n\
         bob receives: * the server shuts down, goodbye\n"
    );
}

#[test]
fn heartbeat_reacts_to_each_kind_of_failure() {
    assert_eq!(
        printed_by("heartbeat"),
        "client: reading 20.5\n\
         client: the connection was lost (unexpected end of file), reconnecting in 10ms\n\
         client: the server is silent, reconnecting at once\n\
         client: reading 21.0\n\
         client: reading 21.5\n\
         client: the server has ended the session\n\
         client: the server does not speak this protocol (a frame of 1213486160 bytes), giving up\n\
         client: the server rejected us (this is a thermometer), giving up\n"
    );
}

#[test]
fn proxy_forwards_bytes_and_ends_and_reports_failures() {
    let printed = printed_by("proxy");
    let mut lines: Vec<_> = printed.lines().collect();
    // The proxy and the client print in either order.
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "client: received \"\"",
            "client: received \"HELLO, SERVER\"",
            "proxy: 13 bytes to the server, 13 bytes back",
            "proxy: a connection of 127.0.0.1 failed: connection refused",
        ]
    );
}

#[test]
fn shutdown_lets_busy_clients_finish_and_aborts_the_rest() {
    assert_eq!(
        printed_by("shutdown"),
        "client: asks the server to stop\n\
         idle client: received \"done\\ngoodbye\\n\"\n\
         busy client: received \"done\\ngoodbye\\n\"\n\
         server: stopped, connections aborted: 1\n\
         endless client: received \"\"\n"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_chat_after_a_message_to_all_users() {
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpStream,
        process::Stdio,
    };
    let mut server = Command::new(program("chat"))
        .arg("127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut open = String::new();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    output.read_line(&mut open).unwrap();
    let address = open
        .trim_start_matches("serving on ")
        .split(',')
        .next()
        .unwrap();

    let user = TcpStream::connect(address).unwrap();
    (&user).write_all(b"ann\n").unwrap();
    let mut received = BufReader::new(&user).lines();
    assert_eq!(received.next().unwrap().unwrap(), "* what is your name?");
    assert_eq!(received.next().unwrap().unwrap(), "* ann has joined");
    let id = i32::try_from(server.id()).unwrap();
    // SAFETY: `kill` takes no pointers. The child has not been waited for, so its id is
    // still its own.
    let sent = unsafe { libc::kill(id, libc::SIGINT) };
    assert_eq!(sent, 0);
    let rest: Vec<_> = received.map(Result::unwrap).collect();
    assert_eq!(rest, ["* the server shuts down, goodbye"]);
    assert!(server.wait().unwrap().success());
}
