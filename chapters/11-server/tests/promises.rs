//! Each test holds one claim that the chapter makes. All sockets are on loopback.

use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use pinning::{Either, join, race};
use server::{Error, Limits, Reaction, Signal};
use socket2::SockRef;
use sockets::TcpStream;
use timers::spawn;
use waiting::Message;

mod common;
use common::{Journal, LIMITS, Meter, Running, bytes, listen, serve, serve_at};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_reading_is_in_the_journal_before_its_meter_has_the_answer() {
    let journal = Journal::default();
    let result = serve(LIMITS, journal.clone(), async |server| {
        let mut meter = Meter::connect(&server).await;
        assert_eq!(meter.round_trip().await, Some(Message::Total(1)));
        assert_eq!(journal.text(), "1 1\n");
        meter.send(&bytes(Message::Reading(41))).await;
        assert_eq!(meter.receive().await, Some(Message::Total(42)));
        assert_eq!(journal.text(), "1 1\n1 41\n");
    });
    assert_eq!(result.expect("it was asked to stop"), 42);
}

#[test]
fn a_message_may_arrive_byte_by_byte() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        for (sent, byte) in (1..).zip(bytes(Message::Reading(7))) {
            meter.send(&[byte]).await;
            server.until("bytes_in", sent).await;
            server.pass(SECOND).await;
        }
        assert_eq!(meter.receive().await, Some(Message::Total(7)));
    });
    assert_eq!(result.expect("it was asked to stop"), 7);
}

#[test]
fn several_messages_may_arrive_at_once() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        let messages = [Message::Reading(1), Message::Pong, Message::Reading(2)];
        meter.send(&messages.map(bytes).concat()).await;
        assert_eq!(meter.receive().await, Some(Message::Total(1)));
        assert_eq!(meter.receive().await, Some(Message::Total(3)));
    });
    assert_eq!(result.expect("it was asked to stop"), 3);
}

#[test]
fn a_message_that_is_not_complete_in_time_ends_its_conversation() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        // Each byte comes in time, but the message does not.
        for (sent, byte) in (1..).zip([1, 4, 0]) {
            meter.send(&[byte]).await;
            server.until("bytes_in", sent).await;
            server.pass(LIMITS.deadline / 4).await;
        }
        assert_eq!(server.count("late"), 0);
        server.pass(LIMITS.deadline / 4).await;
        assert_eq!(meter.receive().await, None);
        assert_eq!(server.count("late"), 1);
    });
    assert_eq!(result.expect("it was asked to stop"), 0);
}

#[test]
fn a_silent_meter_gets_one_ping_and_is_then_disconnected() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        server.until("accepted", 1).await;
        server.pass(LIMITS.heartbeat.saturating_sub(SECOND)).await;
        assert_eq!(server.count("bytes_out"), 0);
        server.pass(SECOND).await;
        assert_eq!(meter.receive().await, Some(Message::Ping));
        server.pass(LIMITS.heartbeat.saturating_sub(SECOND)).await;
        assert_eq!(server.count("late"), 0);
        server.pass(SECOND).await;
        assert_eq!(meter.receive().await, None);
        assert_eq!(server.count("late"), 1);
    });
    assert_eq!(result.expect("it was asked to stop"), 0);
}

#[test]
fn a_meter_that_answers_pings_stays_connected() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        server.until("accepted", 1).await;
        for pings in 1..=20 {
            server.pass(LIMITS.heartbeat).await;
            assert_eq!(meter.receive().await, Some(Message::Ping));
            meter.send(&bytes(Message::Pong)).await;
            server.until("bytes_in", pings * 2).await;
        }
        assert_eq!(meter.round_trip().await, Some(Message::Total(1)));
    });
    assert_eq!(result.expect("it was asked to stop"), 1);
}

#[test]
fn nonsense_ends_its_own_conversation_and_no_other() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut good = Meter::connect(&server).await;
        for nonsense in [vec![9, 0], vec![1, 200], bytes(Message::Total(1))] {
            let mut bad = Meter::connect(&server).await;
            bad.send(&nonsense).await;
            assert_eq!(bad.receive().await, None);
        }
        assert_eq!(server.count("corrupt"), 2);
        assert_eq!(server.count("unexpected"), 1);
        assert_eq!(good.round_trip().await, Some(Message::Total(1)));
    });
    assert_eq!(result.expect("it was asked to stop"), 1);
}

#[test]
fn a_meter_that_does_not_read_is_dropped_and_delays_no_other() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut good = Meter::connect(&server).await;
        let mut flood = Meter::connect(&server).await;
        let readings = bytes(Message::Reading(1)).repeat(1000);
        let flooding =
            spawn(async move { while flood.0.write_all(&readings).await.is_ok() {} });
        while server.count("stalled") == 0 {
            assert!(matches!(good.round_trip().await, Some(Message::Total(_))));
            server.pass(SECOND).await;
        }
        flooding.await.expect("the meter hears that it was dropped");
        assert!(server.clock.elapsed() >= LIMITS.patience);
    });
    result.expect("it was asked to stop");
}

#[test]
fn a_meter_that_has_closed_its_own_side_gets_its_answer() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        meter.send(&bytes(Message::Reading(5))).await;
        meter.0.close().await.expect("the connection stands");
        assert_eq!(meter.receive().await, Some(Message::Total(5)));
        assert_eq!(meter.receive().await, None);
        assert_eq!(server.count("closed"), 1);
    });
    assert_eq!(result.expect("it was asked to stop"), 5);
}

#[test]
fn a_meter_that_breaks_off_within_a_message_is_counted_as_broken() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        meter.send(&[1, 4, 0]).await;
        meter.0.close().await.expect("the connection stands");
        assert_eq!(meter.receive().await, None);
        let reset = std::net::TcpStream::connect(server.meters).expect("it listens");
        SockRef::from(&reset).set_linger(Some(Duration::ZERO)).expect("it is a socket");
        Write::write_all(&mut &reset, &[1]).expect("the connection stands");
        server.until("bytes_in", 4).await;
        drop(reset);
        server.until("broken", 2).await;
    });
    assert_eq!(result.expect("it was asked to stop"), 0);
}

#[test]
fn one_meter_too_many_waits_until_another_leaves() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meters = Vec::new();
        for _ in 0..LIMITS.meters {
            meters.push(Meter::connect(&server).await);
        }
        for meter in &mut meters {
            assert_eq!(meter.round_trip().await, Some(Message::Total(1)));
        }
        let mut late = Meter::connect(&server).await;
        late.send(&bytes(Message::Reading(1))).await;
        for meter in &mut meters {
            assert_eq!(meter.round_trip().await, Some(Message::Total(2)));
        }
        assert_eq!(server.count("accepted"), LIMITS.meters as u64);
        drop(meters.pop());
        assert_eq!(late.receive().await, Some(Message::Total(1)));
    });
    assert_eq!(result.expect("it was asked to stop"), 7);
}

#[test]
fn a_stop_ends_quiet_conversations_at_once_and_refuses_new_ones() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        assert_eq!(meter.round_trip().await, Some(Message::Total(1)));
        server.stop().await;
        assert_eq!(meter.receive().await, None);
        let refused = TcpStream::connect(server.meters).await.map(drop);
        assert_eq!(refused.map_err(|e| e.kind()), Err(ErrorKind::ConnectionRefused));
        assert_eq!(server.count("drained"), 1);
        assert_eq!(server.clock.elapsed(), Duration::ZERO);
    });
    assert_eq!(result.expect("it was asked to stop"), 1);
}

#[test]
fn a_stop_lets_a_meter_finish_its_message_and_answers_it() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        let reading = bytes(Message::Reading(8));
        meter.send(&reading[..3]).await;
        server.until("bytes_in", 3).await;
        server.stop().await;
        server.pass(SECOND).await;
        meter.send(&reading[3..]).await;
        assert_eq!(meter.receive().await, Some(Message::Total(8)));
        assert_eq!(meter.receive().await, None);
    });
    assert_eq!(result.expect("it was asked to stop"), 8);
}

#[test]
fn after_the_grace_period_the_server_ends_without_the_last_meters() {
    let limits = Limits { deadline: LIMITS.grace * 2, ..LIMITS };
    let result = serve(limits, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        meter.send(&[1]).await;
        server.until("bytes_in", 1).await;
        server.stop().await;
        server.pass(LIMITS.grace.saturating_sub(SECOND)).await;
        assert_eq!(server.count("cut"), 0);
        server.pass(SECOND).await;
        assert_eq!(meter.receive().await, None);
        assert_eq!(server.count("cut"), 1);
    });
    assert_eq!(result.expect("it was asked to stop"), 0);
}

/// A disk with room for some bytes.
struct Disk {
    room: usize,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room.checked_sub(bytes.len());
        self.room = room.ok_or(ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_stops_the_server_and_the_reading_has_no_answer() {
    let result = serve(LIMITS, Disk { room: 10 }, async |server| {
        let mut meter = Meter::connect(&server).await;
        let mut quiet = Meter::connect(&server).await;
        assert_eq!(meter.round_trip().await, Some(Message::Total(1)));
        assert_eq!(meter.round_trip().await, Some(Message::Total(2)));
        assert_eq!(meter.round_trip().await, None);
        assert_eq!(quiet.receive().await, None);
    });
    let error = result.expect_err("the disk is full");
    assert!(matches!(&error, Error::Journal(e) if e.kind() == ErrorKind::StorageFull));
    assert_eq!(error.reaction(), Reaction::Stop);
}

/// A journal with a bug.
struct Panics;

impl Write for Panics {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("a bug in the journal")
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_bug_in_the_journal_stops_the_server_too() {
    let result = serve(LIMITS, Panics, async |server| {
        assert_eq!(Meter::connect(&server).await.round_trip().await, None);
    });
    assert!(matches!(result, Err(Error::Journal(_))));
}

#[test]
fn a_listener_that_is_broken_stops_the_server() {
    let listener = listen();
    let same = listener.try_clone().expect("a descriptor is free");
    let result = serve_at(listener, LIMITS, Journal::default(), async |server| {
        SockRef::from(&same).shutdown(Shutdown::Both).expect("it is a socket");
        server.until("listen", 1).await;
    });
    assert!(matches!(result, Err(Error::Listen(_))));
}

#[test]
fn the_metrics_are_an_http_answer() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let mut meter = Meter::connect(&server).await;
        assert_eq!(meter.round_trip().await, Some(Message::Total(1)));
        let answer = ask(&server).await;
        let (head, body) = answer.split_once("\r\n\r\n").expect("the head ends");
        assert!(head.starts_with("HTTP/1.0 200 OK\r\n"));
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
        assert_eq!(
            body,
            "meters_accepted 1\nmeters_bytes_in 6\nmeters_bytes_out 6\n\
             meters_litres 1\nmeters_readings 1\n"
        );
    });
    assert_eq!(result.expect("it was asked to stop"), 1);
}

#[test]
fn a_program_that_does_not_ask_delays_the_metrics_by_a_second() {
    let result = serve(LIMITS, Journal::default(), async |server| {
        let _silent = TcpStream::connect(server.metrics).await.expect("it listens");
        let time = async {
            loop {
                server.pass(SECOND).await;
            }
        };
        assert!(matches!(race(ask(&server), time).await, Either::Left(_)));
    });
    result.expect("it was asked to stop");
}

/// Asks for the metrics.
async fn ask(server: &Running) -> String {
    let mut stream = TcpStream::connect(server.metrics).await.expect("it listens");
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: ").await.expect("it stands");
    stream.write_all(b"localhost\r\n\r\n").await.expect("it stands");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the server answers");
    answer
}

#[test]
fn a_signal_wakes_all_that_wait_and_stays_raised() {
    let runtime = timers::Runtime::new().expect("a descriptor is free");
    runtime.block_on(async {
        let signal = Rc::new(Signal::new());
        let waits = [(); 3].map(|()| {
            let signal = Rc::clone(&signal);
            spawn(async move { signal.raised().await })
        });
        let mut still = pin!(signal.raised());
        assert!(futures_util::poll!(&mut still).is_pending());
        signal.raise();
        for wait in waits {
            wait.await.expect("the task ends");
        }
        join(still, signal.raised()).await;
    });
}
