//! The promises of `pump`.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use waiting::{End, Machine, Message, Rules, State};
use waiting_exercises::pump::pump;

/// A socket that plays a script, one entry for each read and each write.
#[derive(Default)]
struct Socket {
    reads: VecDeque<Result<Vec<u8>, ErrorKind>>,
    /// How many bytes each write accepts.
    writes: VecDeque<Result<usize, ErrorKind>>,
    /// Whether writes after those of the script accept everything. If not, they block.
    has_room: bool,
    sent: Vec<u8>,
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.reads.pop_front() {
            None => Err(ErrorKind::WouldBlock.into()),
            Some(Err(kind)) => Err(kind.into()),
            Some(Ok(bytes)) => {
                let len = bytes.len().min(buffer.len());
                buffer[..len].copy_from_slice(&bytes[..len]);
                if len < bytes.len() {
                    self.reads.push_front(Ok(bytes[len..].to_vec()));
                }
                Ok(len)
            }
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(!bytes.is_empty(), "`write` was called without a byte to send");
        match self.writes.pop_front() {
            None if self.has_room => {
                self.sent.extend(bytes);
                Ok(bytes.len())
            }
            None => Err(ErrorKind::WouldBlock.into()),
            Some(Err(kind)) => Err(kind.into()),
            Some(Ok(most)) => {
                let len = most.min(bytes.len());
                self.sent.extend(&bytes[..len]);
                Ok(len)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bytes(messages: &[Message]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        message.encode(&mut bytes);
    }
    bytes
}

fn machine() -> (Machine, Instant) {
    let now = Instant::now();
    let (deadline, heartbeat) = (Duration::from_millis(50), Duration::from_secs(1));
    (Machine::new(Rules { deadline, heartbeat }, now), now)
}

const READINGS: [Message; 4] = [Message::Reading(1); 4];
const TOTALS: [Message; 4] =
    [Message::Total(1), Message::Total(2), Message::Total(3), Message::Total(4)];

#[test]
fn it_reads_until_the_socket_would_block() {
    let (mut machine, now) = machine();
    let mut socket = Socket::default();
    socket.reads.push_back(Ok(bytes(&READINGS)));
    socket.has_room = true;
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(matches!(pumped, Ok(false)), "it returned {pumped:?} instead of Ok(false)");
    assert_eq!(
        socket.sent,
        bytes(&TOTALS),
        "the bytes that were sent: the answers to four readings"
    );
}

#[test]
fn unsent_bytes_are_sent_at_the_next_call() {
    let (mut machine, now) = machine();
    let mut socket = Socket::default();
    socket.reads.push_back(Ok(bytes(&READINGS)));
    // 7 bytes, also if the answers come in pieces.
    socket.writes.extend([3, 1, 1, 1, 1].map(Ok));
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(matches!(pumped, Ok(true)), "it returned {pumped:?} instead of Ok(true)");
    assert_eq!(
        socket.sent,
        bytes(&TOTALS)[..7],
        "the bytes that were sent: the socket took 7 of 24"
    );
    socket.has_room = true;
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(matches!(pumped, Ok(false)), "it returned {pumped:?} instead of Ok(false)");
    assert_eq!(
        socket.sent,
        bytes(&TOTALS),
        "the bytes that were sent: each byte of the four answers, once"
    );
}

#[test]
fn a_partial_write_is_followed_by_another() {
    let (mut machine, now) = machine();
    let mut socket = Socket::default();
    socket.reads.push_back(Ok(bytes(&READINGS)));
    socket.writes.extend([1; 24].map(Ok));
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(matches!(pumped, Ok(false)), "it returned {pumped:?} instead of Ok(false)");
    assert_eq!(
        socket.sent,
        bytes(&TOTALS),
        "the bytes that were sent: each byte of the four answers, once"
    );
}

#[test]
fn a_burst_of_readings_is_answered_while_it_is_read() {
    let (mut machine, now) = machine();
    let mut socket = Socket { has_room: true, ..Socket::default() };
    socket.reads.push_back(Ok(bytes(&[Message::Reading(1); 400])));
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(matches!(pumped, Ok(false)), "it returned {pumped:?} instead of Ok(false)");
    assert_eq!(
        socket.sent.len(),
        bytes(&[Message::Total(1); 400]).len(),
        "how many bytes were sent: the answers to 400 readings"
    );
}

#[test]
fn bytes_that_are_not_a_message_end_the_conversation() {
    let (mut machine, now) = machine();
    let mut socket = Socket { has_room: true, ..Socket::default() };
    socket.reads.push_back(Ok(vec![1, 200]));
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(
        matches!(pumped, Err(End::Corrupt)),
        "it returned {pumped:?} instead of Err(Corrupt)"
    );
}

#[test]
fn a_hang_up_returns_closed() {
    let (mut machine, now) = machine();
    let mut socket = Socket::default();
    socket.reads.extend([Ok(bytes(&READINGS[..1])), Ok(vec![])]);
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(
        matches!(pumped, Err(End::Closed)),
        "it returned {pumped:?} instead of Err(Closed)"
    );
}

#[test]
fn an_interrupted_call_is_repeated() {
    let (mut machine, now) = machine();
    let mut socket = Socket::default();
    socket.reads.extend([Err(ErrorKind::Interrupted), Ok(bytes(&READINGS))]);
    socket.writes.push_back(Err(ErrorKind::Interrupted));
    socket.has_room = true;
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(matches!(pumped, Ok(false)), "it returned {pumped:?} instead of Ok(false)");
    assert_eq!(
        socket.sent,
        bytes(&TOTALS),
        "the bytes that were sent: each byte of the four answers, once"
    );
}

#[test]
fn an_error_of_the_socket_is_returned() {
    for fails in [true, false] {
        let (mut machine, now) = machine();
        let mut socket = Socket::default();
        let reset = Err(ErrorKind::ConnectionReset);
        if fails {
            socket.reads.push_back(reset);
        } else {
            socket.reads.push_back(Ok(bytes(&READINGS)));
            socket.writes.push_back(Err(ErrorKind::ConnectionReset));
        }
        let end = pump(&mut socket, &mut machine, now);
        assert!(
            matches!(end, Err(End::Broken(_))),
            "it returned {end:?} instead of Err(Broken(_))"
        );
    }
}

#[test]
fn half_a_message_is_kept_by_the_machine() {
    let (mut machine, now) = machine();
    let mut socket = Socket::default();
    socket.reads.push_back(Ok(vec![1, 4, 0]));
    let pumped = pump(&mut socket, &mut machine, now);
    assert!(matches!(pumped, Ok(false)), "it returned {pumped:?} instead of Ok(false)");
    assert!(
        matches!(machine.state(), State::Body { at: 1, .. }),
        "the machine has one byte of a body, but its state is {:?}",
        machine.state()
    );
}
