//! Both servers on real sockets. The rules are too patient to matter here. A
//! test that waits for an answer in vain fails when its socket times out.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use waiting::{EventLoop, Message, Rules, threads};

const PATIENT: Rules =
    Rules { deadline: Duration::from_mins(1), heartbeat: Duration::from_mins(1) };

/// Starts both servers. They end with the process.
fn servers() -> [(&'static str, SocketAddr); 2] {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback works");
    let (one, other) = (listen(), listen());
    let addresses =
        [&one, &other].map(|of| of.local_addr().expect("the listener is bound"));
    thread::spawn(move || threads::run(&one, PATIENT, 64 * 1024));
    let mut event_loop =
        EventLoop::new(other, PATIENT).expect("the listener can be polled");
    thread::spawn(move || while event_loop.turn().is_ok() {});
    [("threads", addresses[0]), ("event loop", addresses[1])]
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("the timeout is not zero");
    stream
}

fn say(stream: &mut TcpStream, message: Message) {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    stream.write_all(&bytes).expect("the server reads");
}

fn hear(stream: &mut TcpStream, of: &str) -> Message {
    let mut bytes = [0; 6];
    stream
        .read_exact(&mut bytes)
        .unwrap_or_else(|error| panic!("{of}: the server does not answer: {error}"));
    Message::decode(bytes[0], &bytes[2..]).expect("the server sends valid messages")
}

#[test]
fn a_silent_meter_does_not_block_the_others() {
    for (of, address) in servers() {
        let _silent = connect(address);
        let mut half = connect(address);
        half.write_all(&[1, 4]).expect("the server reads");
        let mut other = connect(address);
        say(&mut other, Message::Reading(5));
        assert_eq!(hear(&mut other, of), Message::Total(5));
    }
}

#[test]
fn each_meter_has_its_own_total() {
    for (of, address) in servers() {
        let mut meters: Vec<_> = (0..50).map(|_| connect(address)).collect();
        for round in 1..4 {
            for (meter, more) in meters.iter_mut().zip(0..) {
                say(meter, Message::Reading(more));
            }
            for (meter, more) in meters.iter_mut().zip(0..) {
                assert_eq!(hear(meter, of), Message::Total(more * round));
            }
        }
    }
}

#[test]
fn a_meter_that_disconnects_does_not_affect_the_others() {
    for (of, address) in servers() {
        let mut stays = connect(address);
        for _ in 0..20 {
            say(&mut connect(address), Message::Reading(1));
        }
        say(&mut stays, Message::Reading(5));
        assert_eq!(hear(&mut stays, of), Message::Total(5));
    }
}

#[test]
fn a_meter_that_sends_no_message_is_disconnected() {
    for (of, address) in servers() {
        let mut meter = connect(address);
        meter.write_all(&[1, 200]).expect("the server reads");
        let read = meter.read(&mut [0; 16]);
        assert!(matches!(read, Ok(0) | Err(_)), "{of}: {read:?}");
        let timed_out = read.is_err_and(|error| {
            matches!(
                error.kind(),
                std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
            )
        });
        assert!(!timed_out, "{of}: the server does not close the connection");
    }
}

#[test]
fn a_meter_that_closes_its_side_still_gets_the_answer() {
    for (of, address) in servers() {
        let mut meter = connect(address);
        say(&mut meter, Message::Reading(5));
        meter.shutdown(std::net::Shutdown::Write).expect("the connection stands");
        assert_eq!(hear(&mut meter, of), Message::Total(5));
    }
}

#[test]
fn a_meter_that_sends_many_readings_at_once_gets_all_answers() {
    for (of, address) in servers() {
        let mut meter = connect(address);
        let mut readings = Vec::new();
        for _ in 0..1000 {
            Message::Reading(1).encode(&mut readings);
        }
        let mut sender = meter.try_clone().expect("a socket can be cloned");
        let sender = thread::spawn(move || sender.write_all(&readings));
        for total in 1..=1000 {
            assert_eq!(hear(&mut meter, of), Message::Total(total));
        }
        sender.join().expect("no panic").expect("the server reads");
    }
}
