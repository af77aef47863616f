//! The promises of `Lines`.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use server::futures_util::io::AsyncRead;
use server_exercises::lines::{LineError, Lines};

/// A stream that gives these pieces. An empty piece means that nothing is there yet.
struct Script {
    pieces: VecDeque<Vec<u8>>,
    /// The stream gives this error once, after its pieces.
    error: Option<io::Error>,
    /// How many bytes were taken.
    taken: Rc<Cell<usize>>,
}

impl Script {
    fn new<P: AsRef<[u8]>>(pieces: &[P]) -> Script {
        let pieces = pieces.iter().map(|piece| piece.as_ref().to_vec()).collect();
        Script { pieces, error: None, taken: Rc::default() }
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let Some(mut piece) = self.pieces.pop_front() else {
            return Poll::Ready(self.error.take().map_or(Ok(0), Err));
        };
        if piece.is_empty() {
            return Poll::Pending;
        }
        let len = piece.len().min(buffer.len());
        buffer[..len].copy_from_slice(&piece[..len]);
        let rest = piece.split_off(len);
        if !rest.is_empty() {
            self.pieces.push_front(rest);
        }
        self.taken.set(self.taken.get() + len);
        Poll::Ready(Ok(len))
    }
}

/// Polls a future once, and drops it.
fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// The next line of a stream that has it already, as bytes.
fn next_bytes(lines: &mut Lines<Script>) -> Result<Option<Vec<u8>>, LineError> {
    let Poll::Ready(line) = poll_once(lines.next()) else {
        panic!("`next` waits, although the stream has more");
    };
    line
}

/// The next line of a stream that has it already, as text.
fn next(lines: &mut Lines<Script>) -> Result<Option<String>, LineError> {
    let line = next_bytes(lines)?;
    Ok(line.map(|line| String::from_utf8(line).expect("this script is text")))
}

#[test]
fn each_line_is_returned_without_its_end() {
    let mut lines = Lines::new(Script::new(&["cellar 40\n", "roof 2\n"]), 20);
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("cellar 40"));
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("roof 2"));
    assert_eq!(next(&mut lines).unwrap(), None);
}

#[test]
fn a_line_may_arrive_in_pieces() {
    let mut lines = Lines::new(Script::new(&["ce", "l", "lar 4", "0\n"]), 20);
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("cellar 40"));
}

#[test]
fn several_lines_may_arrive_at_once() {
    let mut lines = Lines::new(Script::new(&["a\nb\n\nc", "\n"]), 20);
    for line in ["a", "b", "", "c"] {
        assert_eq!(next(&mut lines).unwrap().as_deref(), Some(line));
    }
    assert_eq!(next(&mut lines).unwrap(), None);
}

#[test]
fn a_next_that_is_dropped_loses_no_byte() {
    let mut lines = Lines::new(Script::new(&["cel", "", "lar", "", " 40\n"]), 20);
    assert!(poll_once(lines.next()).is_pending());
    assert!(poll_once(lines.next()).is_pending());
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("cellar 40"));
}

#[test]
fn a_line_of_the_longest_length_is_allowed_and_a_longer_one_is_not() {
    let mut lines = Lines::new(Script::new(&["12345\n123456\n"]), 5);
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("12345"));
    assert!(matches!(next(&mut lines), Err(LineError::TooLong)));
}

#[test]
fn the_end_of_the_longest_line_may_come_in_the_next_piece() {
    let mut lines = Lines::new(Script::new(&["12345", "\n"]), 5);
    let line =
        next(&mut lines).expect("five bytes are allowed, and the `\\n` is not one");
    assert_eq!(line.as_deref(), Some("12345"));
}

#[test]
fn a_line_without_an_end_does_not_fill_the_memory() {
    // The stream has it all at once, so the size of the reads decides how much is taken.
    let script = Script::new(&["x".repeat(50_000)]);
    let taken = Rc::clone(&script.taken);
    let mut lines = Lines::new(script, 100);
    let line = next(&mut lines);
    assert!(
        matches!(line, Err(LineError::TooLong)),
        "it returned {line:?} for 50,000 bytes without an end"
    );
    assert!(
        taken.get() <= 164,
        "it took {} bytes. It may take 100 and one read of 64",
        taken.get()
    );
}

#[test]
fn a_line_may_contain_any_other_byte() {
    let mut lines = Lines::new(Script::new(&[b"\xff\r\n\0\n"]), 20);
    for line in [&b"\xff\r"[..], b"\0"] {
        let next = next_bytes(&mut lines).expect("the stream works");
        assert_eq!(next.as_deref(), Some(line), "the bytes before a `\\n` are the line");
    }
}

#[test]
fn a_stream_that_ends_within_a_line_is_an_error() {
    let mut lines = Lines::new(Script::new(&["cellar 40\nroo"]), 20);
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("cellar 40"));
    assert!(matches!(next(&mut lines), Err(LineError::Truncated)));
}

#[test]
fn an_error_of_the_stream_is_returned() {
    let mut script = Script::new(&["roof 2\n"]);
    script.error = Some(io::ErrorKind::ConnectionReset.into());
    let mut lines = Lines::new(script, 20);
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("roof 2"));
    let line = next(&mut lines);
    assert!(
        matches!(&line, Err(LineError::Io(e)) if e.kind() == io::ErrorKind::ConnectionReset),
        "the connection was reset, and `next` returned {line:?}"
    );
}
