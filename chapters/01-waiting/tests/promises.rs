//! The invariants of the chapter's page, one test for each. The clock is a
//! variable, so no test waits for anything.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use waiting::{End, Line, Machine, Message, Rules, State, serve};

const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_secs(1) };

/// Bytes, and the milliseconds after the beginning at which they arrive.
type Script = Vec<(u64, Vec<u8>)>;

/// The messages that the server sent, and when.
type Said = Vec<(u64, Message)>;

fn bytes(message: Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

/// Decodes the messages that the server sent.
fn messages(mut sent: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    while let [kind, len, rest @ ..] = sent {
        let (body, rest) = rest.split_at(usize::from(*len));
        messages
            .push(Message::decode(*kind, body).expect("the server sends valid messages"));
        sent = rest;
    }
    messages
}

fn ms(from: Instant, to: Instant) -> u64 {
    u64::try_from((to - from).as_millis()).expect("scripts are short")
}

/// A line on which the script's bytes arrive at their time. After the last one
/// the meter stays silent.
struct Scripted {
    begin: Instant,
    now: Instant,
    bytes: VecDeque<(Instant, u8)>,
    said: Said,
}

impl Line for Scripted {
    fn now(&self) -> Instant {
        self.now
    }

    fn byte(&mut self, until: Instant) -> Result<u8, End> {
        match self.bytes.front() {
            Some(&(at, byte)) if at <= until => {
                self.bytes.pop_front();
                self.now = self.now.max(at);
                Ok(byte)
            }
            _ => {
                self.now = until;
                Err(End::Late)
            }
        }
    }

    fn send(&mut self, message: Message) -> Result<(), End> {
        self.said.push((ms(self.begin, self.now), message));
        Ok(())
    }
}

/// Runs a script through the function: what it sent, when it ended, and why.
fn by_function(script: &Script) -> (Said, u64, String) {
    let begin = Instant::now();
    let at = |ms| begin + Duration::from_millis(ms);
    let bytes = script
        .iter()
        .flat_map(|(ms, bytes)| bytes.iter().map(move |&byte| (at(*ms), byte)));
    let mut line = Scripted { begin, now: begin, bytes: bytes.collect(), said: vec![] };
    let end = serve(&mut line, RULES).expect_err("a conversation ends with an error");
    (line.said, ms(begin, line.now), format!("{end:?}"))
}

/// Runs a script through the machine.
fn by_machine(script: &Script) -> (Said, u64, String) {
    let begin = Instant::now();
    let mut machine = Machine::new(RULES, begin);
    let mut said = Vec::new();
    let mut script = script.iter().peekable();
    loop {
        let due = machine.deadline();
        let next = script.next_if(|(ms, _)| begin + Duration::from_millis(*ms) <= due);
        let (now, result) = match next {
            Some((ms, bytes)) => {
                let now = begin + Duration::from_millis(*ms);
                (now, machine.on_bytes(bytes, now))
            }
            None => (due, machine.on_time(due)),
        };
        let sent = std::mem::take(machine.unsent());
        said.extend(messages(&sent).into_iter().map(|message| (ms(begin, now), message)));
        if let Err(end) = result {
            return (said, ms(begin, now), format!("{end:?}"));
        }
    }
}

/// Runs a script through both, and checks that they agree.
fn talk(script: &Script) -> (Said, u64, String) {
    let function = by_function(script);
    assert_eq!(function, by_machine(script), "for the script {script:?}");
    function
}

#[test]
fn a_reading_is_answered_with_the_total() {
    let script = vec![(10, bytes(Message::Reading(3))), (20, bytes(Message::Reading(4)))];
    let (said, ..) = talk(&script);
    assert_eq!(said[..2], [(10, Message::Total(3)), (20, Message::Total(7))]);
}

#[test]
fn a_silent_meter_gets_a_ping_and_is_then_disconnected() {
    let (said, at, end) = talk(&vec![]);
    assert_eq!((said, at, &*end), (vec![(1000, Message::Ping)], 2000, "Late"));
}

#[test]
fn a_pong_counts_as_a_sign_of_life() {
    let (said, at, _) = talk(&vec![(1900, bytes(Message::Pong))]);
    assert_eq!(said, [(1000, Message::Ping), (2900, Message::Ping)]);
    assert_eq!(at, 3900);
}

#[test]
fn more_bytes_do_not_move_the_deadline_of_a_message() {
    // One byte every 20 ms: never silent for long, and still too slow.
    let reading = bytes(Message::Reading(3));
    let script = (0..).step_by(20).zip(reading.into_iter().map(|byte| vec![byte]));
    assert_eq!(talk(&script.collect()), (vec![], 50, "Late".to_string()));
}

#[test]
fn a_message_may_arrive_in_any_pieces() {
    let all = [bytes(Message::Reading(3)), bytes(Message::Reading(4))].concat();
    let whole = talk(&vec![(10, all.clone())]).0;
    for cut in 1..all.len() {
        let script = vec![(10, all[..cut].to_vec()), (10, all[cut..].to_vec())];
        assert_eq!(talk(&script).0, whole);
    }
}

#[test]
fn bytes_that_are_not_a_message_end_the_conversation() {
    for wrong in [vec![1, 5], vec![9, 0], vec![1, 0], vec![3, 1, 0]] {
        let script = vec![(5, wrong)];
        assert_eq!(talk(&script), (vec![], 5, "Corrupt".to_string()));
    }
    let total = vec![(5, bytes(Message::Total(3)))];
    assert_eq!(talk(&total), (vec![], 5, "Unexpected(Total(3))".to_string()));
}

#[test]
fn the_machine_sends_what_the_function_sends_at_the_same_time() {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    for _ in 0..500 {
        let (mut at, mut script) = (0, Script::new());
        for _ in 0..random(8) {
            let message =
                if random(3) == 0 { Message::Pong } else { Message::Reading(7) };
            let mut rest = bytes(message);
            while !rest.is_empty() {
                at += [0, 0, 0, 10, 49, 50, 51, 1000, 1001]
                    [usize::try_from(random(9)).unwrap_or(0)];
                let piece = usize::try_from(random(8)).unwrap_or(0).min(rest.len());
                script.push((at, rest.drain(..piece).collect()));
            }
        }
        talk(&script);
    }
}

#[test]
fn on_time_before_the_deadline_changes_nothing() {
    let now = Instant::now();
    let mut machine = Machine::new(RULES, now);
    assert!(machine.on_time(now).is_ok());
    assert_eq!(machine.state(), State::Silent { pinged: false });
    assert!(machine.unsent().is_empty());
}

#[test]
fn a_meter_that_never_reads_is_disconnected() {
    let now = Instant::now();
    let mut machine = Machine::new(RULES, now);
    let end =
        (0..).find_map(|_| machine.on_bytes(&bytes(Message::Reading(1)), now).err());
    assert!(matches!(end, Some(End::Late)));
    assert!(machine.unsent().len() < 2048);
}
