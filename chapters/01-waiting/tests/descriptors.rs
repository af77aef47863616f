//! Both servers when the process may not open another file. This test lowers
//! the limit for its whole process, so it stands alone in its file.

#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use waiting::{EventLoop, Message, Rules, threads};

mod limit;
use limit::allow_more_files;

const PATIENT: Rules =
    Rules { deadline: Duration::from_mins(1), heartbeat: Duration::from_mins(1) };

/// Connects until this process, which holds both ends, runs out of files. Then
/// closes some connections, and checks that all others get an answer.
fn fill_up(server: &str, address: SocketAddr) {
    let mut meters = Vec::new();
    while let Ok(meter) = TcpStream::connect(address) {
        meters.push(meter);
        assert!(meters.len() < 1000, "{server}: the limit of open files has no effect");
    }
    let kept = meters.split_off(meters.len() / 2);
    assert!(!kept.is_empty(), "{server}: no meter can connect");
    drop(meters);
    let mut reading = Vec::new();
    Message::Reading(5).encode(&mut reading);
    for mut meter in kept {
        meter.write_all(&reading).expect("the connection stands");
        meter.set_read_timeout(Some(Duration::from_secs(20))).expect("it is not zero");
        let mut answer = [0; 6];
        meter
            .read_exact(&mut answer)
            .unwrap_or_else(|error| panic!("{server}: no answer: {error}"));
    }
}

#[test]
fn a_server_that_ran_out_of_files_accepts_again_when_some_are_closed() {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback works");
    let (one, other) = (listen(), listen());
    let addresses = [&one, &other].map(|of| of.local_addr().expect("it is bound"));
    thread::spawn(move || threads::run(&one, PATIENT, 64 * 1024));
    let mut event_loop = EventLoop::new(other, PATIENT).expect("it can be polled");
    thread::spawn(move || while event_loop.turn().is_ok() {});
    allow_more_files(40);
    fill_up("threads", addresses[0]);
    fill_up("event loop", addresses[1]);
}
