//! What the examples print is what their readers are told they print.
#![cfg(not(any(loom, miri)))]

use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
};

/// The program of an example. `cargo test` has built it beside this test; so
/// this builds nothing, unless the test was asked for alone.
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
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "wakeful"])
        .args(["--profile", profile, "--example", example])
        .args(["--features", &features.join(",")])
        .arg("--target-dir")
        .arg(target)
        .output()
        .expect("cargo runs: it has started this test");
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
fn echo_prints_what_it_hears() {
    let printed = printed_by("echo");
    assert_eq!(
        printed,
        "sent \"wake\", heard \"wake\"\n\
         sent \"poll\", heard \"poll\"\n\
         sent \"sleep\", heard \"sleep\"\n"
    );
}

#[test]
fn priorities_shows_both_orders() {
    assert_eq!(
        printed_by("priorities"),
        "Fifo: sweep, slow, quick, alarm, half of slow, half of quick, sweep, sweep\n\
         Ranked: alarm, quick, half of quick, slow, half of slow, sweep, sweep, sweep\n"
    );
}

#[test]
fn thread_per_core_deals_its_visitors_out() {
    assert_eq!(
        printed_by("thread_per_core"),
        "dealt out in turn:\n  \
         core 0 greets its visitor 1\n  \
         core 1 greets its visitor 1\n  \
         core 0 greets its visitor 2\n  \
         core 1 greets its visitor 2\n  \
         core 0 greets its visitor 3\n  \
         core 1 greets its visitor 3\n\
         shared out by the kernel:\n  \
         6 greeted, by whichever core the kernel chose\n"
    );
}

#[test]
fn timers_prints_its_events_in_order() {
    let printed = printed_by("timers");
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
    let printed = printed_by("http_hello");
    assert!(printed.starts_with("HTTP/1.1 200 OK\n"), "{printed}");
    assert!(printed.ends_with("\n\nhello, reader\n"), "{printed}");
}

#[test]
fn chat_shows_the_door_to_who_does_not_listen() {
    assert_eq!(
        printed_by("chat"),
        "ann hears: * your name?\n\
         ann hears: * ann is here\n\
         bob hears: * your name?\n\
         bob hears: * that name is taken: another?\n\
         bob hears: * bob is here\n\
         ann hears: * bob is here\n\
         ann hears: ann: hello\n\
         bob hears: ann: hello\n\
         bob hears: * bob is here\n\
         ann hears: * bob goes to garden\n\
         bob hears: * here: bob\n\
         tom hears: * your name?\n\
         ann hears: * tom is here\n\
         ann talks and talks, and tom does not listen\n\
         ann hears: * tom does not listen, and had to go\n\
         tom hears all of it late, and then the end\n\
         bob hears: * the house closes: good night\n"
    );
}

#[test]
fn heartbeat_answers_each_failure_in_its_way() {
    assert_eq!(
        printed_by("heartbeat"),
        "client: reading 20.5\n\
         client: the connection is lost (unexpected end of file); connects again after 10ms\n\
         client: the server has fallen silent; connects again at once\n\
         client: reading 21.0\n\
         client: reading 21.5\n\
         client: the server has no more\n\
         client: the server talks nonsense: a frame of 1213486160 bytes; gives up\n\
         client: the server says no: this is a thermometer; gives up\n"
    );
}

#[test]
fn proxy_passes_on_bytes_ends_and_failures() {
    let printed = printed_by("proxy");
    let mut lines: Vec<_> = printed.lines().collect();
    // The two ends print when they are done, in either order.
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "client: heard \"\"",
            "client: heard \"IS ANYBODY THERE?\"",
            "proxy: 17 bytes up, 17 bytes down",
            "proxy: gave 127.0.0.1 up: connection refused",
        ]
    );
}

#[test]
fn shutdown_lets_who_is_at_work_finish_and_gives_up_on_the_rest() {
    assert_eq!(
        printed_by("shutdown"),
        "client: asks the server to end\n\
         idle: heard \"done\\ngood bye\\n\"\n\
         busy: heard \"done\\ngood bye\\n\"\n\
         server: all done, 1 given up\n\
         endless: heard \"\"\n"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_chat_with_a_word_to_everyone() {
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
        .trim_start_matches("open on ")
        .split(',')
        .next()
        .unwrap();

    let guest = TcpStream::connect(address).unwrap();
    (&guest).write_all(b"ann\n").unwrap();
    let mut heard = BufReader::new(&guest).lines();
    assert_eq!(heard.next().unwrap().unwrap(), "* your name?");
    assert_eq!(heard.next().unwrap().unwrap(), "* ann is here");
    let id = i32::try_from(server.id()).unwrap();
    // SAFETY: the child runs, and has not been waited for.
    let sent = unsafe { libc::kill(id, libc::SIGINT) };
    assert_eq!(sent, 0);
    let rest: Vec<_> = heard.map(Result::unwrap).collect();
    assert_eq!(rest, ["* the house closes: good night"]);
    assert!(server.wait().unwrap().success());
}
