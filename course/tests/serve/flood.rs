//! Many connections that ask for nothing: readers still get their pages.
#![cfg(target_os = "linux")]

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{client::Process, fixture::Fixture};

/// How long a connection may wait with half a request.
const HEAD_TIME: Duration = Duration::from_secs(20);

fn read(server: &Process) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).expect("the server listens");
    let patience = Some(Duration::from_secs(30));
    stream
        .set_read_timeout(patience)
        .expect("a timeout can be set");
    let request = format!(
        "GET / HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n",
        server.port
    );
    let _ = stream.write_all(request.as_bytes());
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// A number of the kernel's about the server.
fn status(server: &Process, name: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id()));
    let status = status.expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim_end_matches("kB").trim().parse().ok());
    number.expect("the kernel knows it")
}

/// A build of the book needs much memory for a moment.
#[cfg(target_env = "gnu")]
#[test]
fn after_a_build_of_the_book_the_memory_goes_back_to_the_system() {
    let fixture = Fixture::new();
    let section = "## A heading\n\nSome *words* of a `page` with [a link](07-lamps.md).\n\n";
    fixture.write(
        "book/src/hello.md",
        &format!("# Hello\n\n{}", section.repeat(3_000)),
    );
    let server = Process::new(fixture);
    let (now, most) = (status(&server, "VmRSS:"), status(&server, "VmHWM:"));
    assert!(now * 3 < most * 2, "{now} kB now, {most} kB at most");
}

#[test]
fn connections_that_come_and_go_cost_no_threads() {
    let server = Process::new(Fixture::new());
    // Blocks of connections, because one that is closed at once may be gone before the server sees it.
    for _ in 0..10 {
        let block: Vec<_> = (0..100)
            .map(|_| TcpStream::connect(("127.0.0.1", server.port)).expect("the server listens"))
            .collect();
        assert!(read(&server).starts_with("HTTP/1.1 200"));
        drop(block);
    }
    let threads = status(&server, "Threads:");
    assert!(threads <= 16, "{threads} threads");
}

#[test]
fn half_requests_on_every_slot_keep_no_reader_out() {
    let server = Process::new(Fixture::new());
    let half_open = half_open(&server, 600);
    for _ in 0..3 {
        let answer = read(&server);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
    }
    drop(half_open);
}

/// The server of a reader whose system allows few descriptors.
#[test]
fn half_requests_leave_descriptors_for_readers_and_programs() {
    let server = Process::with_descriptors(Fixture::new(), 64);
    let half_open = half_open(&server, 100);
    let started = Instant::now();
    let answer = read(&server);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
    let took = started.elapsed();
    assert!(took < HEAD_TIME, "it waited until others ran out of time");
    drop(half_open);
}

fn half_open(server: &Process, number: usize) -> Vec<TcpStream> {
    let begin = |_| {
        let stream = TcpStream::connect(("127.0.0.1", server.port));
        let mut stream = stream.expect("the server listens");
        // The server may have closed the connection already.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: 127");
        stream
    };
    (0..number).map(begin).collect()
}
