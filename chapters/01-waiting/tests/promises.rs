//! What the chapter promises, one test for each invariant of its page. The
//! clock is a variable: no test waits.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use waiting::{End, Line, Machine, Message, Rules, State, serve};

const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_secs(1) };

/// When bytes come, in milliseconds from the beginning, and which.
type Script = Vec<(u64, Vec<u8>)>;

/// When something was said, and what.
type Said = Vec<(u64, Message)>;

fn bytes(message: Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

/// Reads messages back from what was sent.
fn messages(mut sent: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    while let [kind, len, rest @ ..] = sent {
        let (body, rest) = rest.split_at(usize::from(*len));
        messages.push(Message::decode(*kind, body, rest[0]).expect("it was encoded"));
        sent = &rest[1..];
    }
    messages
}

fn ms(from: Instant, to: Instant) -> u64 {
    u64::try_from((to - from).as_millis()).expect("a script is short")
}

/// A line on which bytes come at their time. When none are left, the other
/// side stays silent.
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

/// What the function says to a script, and how it ends.
fn by_function(script: &Script) -> (Said, u64, String) {
    let begin = Instant::now();
    let at = |ms| begin + Duration::from_millis(ms);
    let bytes = script
        .iter()
        .flat_map(|(ms, bytes)| bytes.iter().map(move |&byte| (at(*ms), byte)));
    let mut line = Scripted { begin, now: begin, bytes: bytes.collect(), said: vec![] };
    let end = serve(&mut line, RULES);
    (line.said, ms(begin, line.now), format!("{end:?}"))
}

/// What the machine says to it.
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

/// Both say the same; that is what they say.
fn talk(script: &Script) -> (Said, u64, String) {
    let function = by_function(script);
    assert_eq!(function, by_machine(script), "to {script:?}");
    function
}

#[test]
fn a_reading_is_answered_with_the_total() {
    let script = vec![(10, bytes(Message::Reading(3))), (20, bytes(Message::Reading(4)))];
    let (said, ..) = talk(&script);
    assert_eq!(said[..2], [(10, Message::Total(3)), (20, Message::Total(7))]);
}

#[test]
fn silence_is_answered_with_a_ping_and_then_with_hanging_up() {
    let (said, at, end) = talk(&vec![]);
    assert_eq!((said, at, &*end), (vec![(1000, Message::Ping)], 2000, "Late"));
}

#[test]
fn a_pong_is_as_good_as_a_reading() {
    let (said, at, _) = talk(&vec![(1900, bytes(Message::Pong))]);
    assert_eq!(said, [(1000, Message::Ping), (2900, Message::Ping)]);
    assert_eq!(at, 3900);
}

#[test]
fn a_message_that_has_begun_must_be_complete_in_time() {
    // A byte every 20 ms is never silent for long, and is too slow all the same.
    let reading = bytes(Message::Reading(3));
    let script = (0..).step_by(20).zip(reading.into_iter().map(|byte| vec![byte]));
    assert_eq!(talk(&script.collect()), (vec![], 50, "Late".to_string()));
}

#[test]
fn bytes_may_come_in_any_pieces() {
    let all = [bytes(Message::Reading(3)), bytes(Message::Reading(4))].concat();
    let whole = talk(&vec![(10, all.clone())]).0;
    for cut in 1..all.len() {
        let script = vec![(10, all[..cut].to_vec()), (10, all[cut..].to_vec())];
        assert_eq!(talk(&script).0, whole);
    }
}

#[test]
fn what_is_no_message_ends_the_conversation() {
    let mut wrong = bytes(Message::Reading(3));
    wrong[6] ^= 1;
    for script in [vec![(5, wrong)], vec![(5, vec![1, 5])], vec![(5, vec![9, 0, 9])]] {
        assert_eq!(talk(&script), (vec![], 5, "Corrupt".to_string()));
    }
    let total = vec![(5, bytes(Message::Total(3)))];
    assert_eq!(talk(&total), (vec![], 5, "Unexpected(Total(3))".to_string()));
}

#[test]
fn the_machine_says_what_the_function_says_at_the_same_time() {
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
fn a_machine_is_told_the_time_too_early_and_goes_on() {
    let now = Instant::now();
    let mut machine = Machine::new(RULES, now);
    assert!(machine.on_time(now).is_ok());
    assert_eq!(machine.state(), State::Silent { pinged: false });
    assert!(machine.unsent().is_empty());
}

#[test]
fn who_never_listens_is_hung_up_on() {
    let now = Instant::now();
    let mut machine = Machine::new(RULES, now);
    let end =
        (0..).find_map(|_| machine.on_bytes(&bytes(Message::Reading(1)), now).err());
    assert!(matches!(end, Some(End::Late)));
    assert!(machine.unsent().len() < 2048);
}
