// ANCHOR: head
//! A connection to one meter, as a task uses it.

use std::io;
use std::ops::Range;

use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use waiting::{End, Message};

use crate::TcpStream;
// ANCHOR_END: head

// ANCHOR: line
/// A connection, and the bytes that have arrived and are not used yet.
pub struct Line {
    stream: TcpStream,
    buffer: [u8; 64],
    unread: Range<usize>,
}

impl Line {
    /// A line over `stream`.
    ///
    /// # Errors
    ///
    /// If the connection is already broken.
    pub fn new(stream: TcpStream) -> io::Result<Line> {
        stream.set_nodelay(true)?;
        Ok(Line { stream, buffer: [0; 64], unread: 0..0 })
    }
    // ANCHOR_END: line

    // ANCHOR: byte
    /// Waits for the next byte.
    pub async fn byte(&mut self) -> Result<u8, End> {
        loop {
            if let Some(at) = self.unread.next() {
                return Ok(self.buffer[at]);
            }
            match self.stream.read(&mut self.buffer).await {
                Ok(0) => return Err(End::Closed),
                Ok(len) => self.unread = 0..len,
                Err(error) => return Err(End::Broken(error)),
            }
        }
    }
    // ANCHOR_END: byte

    // ANCHOR: send
    /// Sends a message, and waits until the socket has taken all of it.
    pub async fn send(&mut self, message: Message) -> Result<(), End> {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        self.stream.write_all(&bytes).await.map_err(End::Broken)
    }
}
// ANCHOR_END: send
