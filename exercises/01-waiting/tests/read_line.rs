//! The promises of `read_line`. The clock is a variable, so no test waits.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use waiting::{End, Line, Message, Rules};
use waiting_exercises::read_line::{LONGEST, read_line};

const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_secs(1) };

/// A line that plays a script: each byte arrives at its time in milliseconds. After
/// the last byte there is silence, or a hang-up.
struct Scripted {
    begin: Instant,
    now: Instant,
    bytes: VecDeque<(u64, u8)>,
    hangs_up: bool,
}

impl Line for Scripted {
    fn now(&self) -> Instant {
        self.now
    }

    fn byte(&mut self, until: Instant) -> Result<u8, End> {
        let Some(&(at, byte)) = self.bytes.front() else {
            if self.hangs_up {
                return Err(End::Closed);
            }
            self.now = until;
            return Err(End::Late);
        };
        let at = self.begin + Duration::from_millis(at);
        if at > until {
            self.now = until;
            return Err(End::Late);
        }
        self.bytes.pop_front();
        self.now = self.now.max(at);
        Ok(byte)
    }

    fn send(&mut self, message: Message) -> Result<(), End> {
        panic!("`read_line` sent {message:?}, but it must only read");
    }
}

/// A script that begins at `begin` and sends one byte every `every` milliseconds.
fn line(begin: u64, every: usize, text: &[u8]) -> Scripted {
    let bytes = (begin..).step_by(every.max(1)).zip(text.iter().copied());
    let bytes = if every == 0 {
        text.iter().map(|&byte| (begin, byte)).collect()
    } else {
        bytes.collect()
    };
    let now = Instant::now();
    Scripted { begin: now, now, bytes, hangs_up: false }
}

fn read(mut line: Scripted) -> String {
    match read_line(&mut line, RULES) {
        Ok(text) => text,
        Err(end) => format!("{end:?} after {} ms", (line.now - line.begin).as_millis()),
    }
}

#[test]
fn a_line_is_returned_without_its_end() {
    assert_eq!(read(line(0, 0, b"3 litres\nnext")), "3 litres");
    assert_eq!(read(line(0, 0, b"3 litres\r\nnext")), "3 litres");
    assert_eq!(read(line(0, 0, b"\n")), "");
}

#[test]
fn spaces_are_part_of_a_line() {
    assert_eq!(read(line(0, 0, b" 3 litres \t\n")), " 3 litres \t");
    assert_eq!(read(line(0, 0, b"a\rb\r\r\n")), "a\rb\r");
}

#[test]
fn the_next_line_is_left_for_the_next_call() {
    let mut two = line(0, 0, b"one\ntwo\n");
    assert_eq!(read_line(&mut two, RULES).ok().as_deref(), Some("one"));
    assert_eq!(read_line(&mut two, RULES).ok().as_deref(), Some("two"));
}

#[test]
fn a_line_may_begin_late() {
    assert_eq!(read(line(999, 10, b"two\n")), "two");
    assert_eq!(read(line(1001, 0, b"two\n")), "Late after 1000 ms");
}

#[test]
fn a_slow_sender_does_not_move_the_deadline() {
    assert_eq!(read(line(100, 20, b"slow\n")), "Late after 150 ms");
}

#[test]
fn a_line_that_is_too_long_is_refused_early() {
    let longest = [vec![b'x'; LONGEST], b"\r\n".to_vec()].concat();
    let text = read(line(0, 0, &longest));
    assert!(
        text.len() == LONGEST,
        "a line of {LONGEST} bytes and its end is not too long, but it gave {text:?}"
    );
    let longer = [vec![b'x'; LONGEST + 1], b"\n".to_vec()].concat();
    assert_eq!(
        read(line(0, 0, &longer)),
        "Corrupt after 0 ms",
        "the line has one byte more than `LONGEST`"
    );
    let mut endless = line(0, 0, &vec![b'x'; 100_000]);
    assert!(
        matches!(read_line(&mut endless, RULES), Err(End::Corrupt)),
        "a line without an end must be `Corrupt`"
    );
    assert!(
        endless.bytes.len() > 99_000,
        "it read {} bytes before it gave up, and 1000 are enough",
        100_000 - endless.bytes.len()
    );
}

#[test]
fn half_a_line_is_not_returned() {
    let mut half = line(0, 0, b"3 lit");
    half.hangs_up = true;
    assert_eq!(read(half), "Closed after 0 ms");
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    assert_eq!(read(line(0, 0, b"\xff\xfe\n")), "Corrupt after 0 ms");
}
