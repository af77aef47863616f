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
#[derive(Clone)]
struct Script {
    pieces: VecDeque<Vec<u8>>,
    /// How many bytes were taken.
    taken: Rc<Cell<usize>>,
}

impl Script {
    fn new<P: AsRef<[u8]>>(pieces: &[P]) -> Script {
        let pieces = pieces.iter().map(|piece| piece.as_ref().to_vec()).collect();
        Script { pieces, taken: Rc::default() }
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let Some(mut piece) = self.pieces.pop_front() else { return Poll::Ready(Ok(0)) };
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

/// The next line of a stream that has it already.
fn next(lines: &mut Lines<Script>) -> Result<Option<String>, LineError> {
    let Poll::Ready(line) = poll_once(lines.next()) else { panic!("it waits") };
    Ok(line?.map(|line| String::from_utf8(line).expect("the scripts are text")))
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
fn a_line_without_an_end_does_not_fill_the_memory() {
    let script = Script::new(&vec!["x".repeat(50); 1000]);
    let taken = Rc::clone(&script.taken);
    let mut lines = Lines::new(script, 100);
    assert!(matches!(next(&mut lines), Err(LineError::TooLong)));
    assert!(taken.get() <= 164, "it took {} bytes", taken.get());
}

#[test]
fn a_stream_that_ends_within_a_line_is_an_error() {
    let mut lines = Lines::new(Script::new(&["cellar 40\nroo"]), 20);
    assert_eq!(next(&mut lines).unwrap().as_deref(), Some("cellar 40"));
    assert!(matches!(next(&mut lines), Err(LineError::Truncated)));
}
