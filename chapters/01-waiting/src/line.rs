// ANCHOR: line
//! A connection that can be waited for.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::{End, Message};

/// The other side, and a clock.
pub trait Line {
    /// What time it is.
    fn now(&self) -> Instant;

    /// Waits for the next byte, but no longer than to `until`: [`End::Late`].
    fn byte(&mut self, until: Instant) -> Result<u8, End>;

    /// Sends a message.
    fn send(&mut self, message: Message) -> Result<(), End>;
}
// ANCHOR_END: line

// ANCHOR: tcp
/// A TCP connection. Whoever waits for it blocks their thread.
pub struct TcpLine {
    stream: TcpStream,
    buffer: [u8; 64],
    /// What of the buffer has come and has not been handed out.
    unread: std::ops::Range<usize>,
}

impl TcpLine {
    /// `patience` is how long it may take to send a message.
    pub fn new(stream: TcpStream, patience: Duration) -> io::Result<TcpLine> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(patience))?;
        Ok(TcpLine { stream, buffer: [0; 64], unread: 0..0 })
    }
}

impl Line for TcpLine {
    fn now(&self) -> Instant {
        Instant::now()
    }

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
                    // Looks at the clock again: systems wake a little early.
                    ErrorKind::WouldBlock
                    | ErrorKind::TimedOut
                    | ErrorKind::Interrupted => {}
                    _ => return Err(End::Broken(error)),
                },
            }
        }
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
// ANCHOR_END: tcp
