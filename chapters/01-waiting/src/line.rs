// ANCHOR: head
//! A connection to one meter, for code that may block.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::{End, Message};
// ANCHOR_END: head

// ANCHOR: line
/// A connection, and a clock.
pub trait Line {
    /// The current time.
    fn now(&self) -> Instant;

    /// Waits for the next byte. Fails with [`End::Late`] at `until`.
    fn byte(&mut self, until: Instant) -> Result<u8, End>;

    /// Sends a message.
    fn send(&mut self, message: Message) -> Result<(), End>;
}
// ANCHOR_END: line

// ANCHOR: tcp
/// A TCP connection. Its methods block the calling thread.
pub struct TcpLine {
    stream: TcpStream,
    buffer: [u8; 64],
    /// The part of `buffer` that was received and not handed out yet.
    unread: Range<usize>,
}

impl TcpLine {
    /// A line over `stream`. Each write may block as long as `patience`.
    pub fn new(stream: TcpStream, patience: Duration) -> io::Result<TcpLine> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(patience))?;
        Ok(TcpLine { stream, buffer: [0; 64], unread: 0..0 })
    }
}

impl Line for TcpLine {
    // ANCHOR_END: tcp
    // ANCHOR: byte
    fn byte(&mut self, until: Instant) -> Result<u8, End> {
        loop {
            if let Some(at) = self.unread.next() {
                return Ok(self.buffer[at]);
            }
            let left = until.saturating_duration_since(self.now());
            if left.is_zero() {
                return Err(End::Late);
            }
            self.stream.set_read_timeout(Some(left)).map_err(End::Broken)?;
            match self.stream.read(&mut self.buffer) {
                Ok(0) => return Err(End::Closed),
                Ok(len) => self.unread = 0..len,
                Err(error) => match error.kind() {
                    // Look at the clock again: some systems time out a little early.
                    ErrorKind::WouldBlock
                    | ErrorKind::TimedOut
                    | ErrorKind::Interrupted => {}
                    _ => return Err(End::Broken(error)),
                },
            }
        }
    }
    // ANCHOR_END: byte

    // ANCHOR: send
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn send(&mut self, message: Message) -> Result<(), End> {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        self.stream.write_all(&bytes).map_err(|error| match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => End::Late,
            _ => End::Broken(error),
        })
    }
}
// ANCHOR_END: send
