// ANCHOR: head
//! A connection to one meter: messages out of bytes, and time limits.

use std::io::{self, ErrorKind};
use std::rc::Rc;

use waiting::{MAX, Message};

use crate::runtime::{AsyncReadExt, AsyncWriteExt, Either, TcpStream, race, timeout};
use crate::{Error, Limits, Metrics, Signal};
// ANCHOR_END: head

// ANCHOR: connection
/// A connection, and the bytes that have arrived and are not part of a message yet.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    limits: Limits,
    metrics: Rc<Metrics>,
}
// ANCHOR_END: connection

impl Connection {
    // ANCHOR: take
    /// Takes the first message out of the bytes, if all of it is there.
    fn take(&mut self) -> Result<Option<Message>, Error> {
        let &[kind, len, ref rest @ ..] = &self.received[..] else { return Ok(None) };
        let len = usize::from(len);
        if len > MAX {
            return Err(Error::Corrupt);
        }
        let Some(body) = rest.get(..len) else { return Ok(None) };
        let message = Message::decode(kind, body)?;
        self.received.drain(..2 + len);
        Ok(Some(message))
    }
    // ANCHOR_END: take

    // ANCHOR: fill
    /// Waits for some bytes and keeps them. Cancel safe: there is nothing to lose
    /// between the read and the end of this function.
    async fn fill(&mut self) -> Result<(), Error> {
        let mut bytes = [0; 64];
        match self.stream.read(&mut bytes).await {
            Ok(0) if self.received.is_empty() => Err(Error::Closed),
            Ok(0) => Err(Error::Broken(ErrorKind::UnexpectedEof.into())),
            Ok(len) => {
                self.received.extend(&bytes[..len]);
                self.metrics.add("bytes_in", len);
                Ok(())
            }
            Err(error) => Err(Error::Broken(error)),
        }
    }

    /// Waits for the rest of a message. Cancel safe, because the bytes stay in `self`.
    async fn rest(&mut self) -> Result<Message, Error> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(message);
            }
            self.fill().await?;
        }
    }
    // ANCHOR_END: fill

    // ANCHOR: message
    /// Waits for the next message. `None` means that the server stops and that no
    /// message has begun.
    pub(crate) async fn message(
        &mut self,
        drain: &Signal,
    ) -> Result<Option<Message>, Error> {
        let mut pinged = false;
        while self.received.is_empty() {
            let arrival = timeout(self.limits.heartbeat, self.fill());
            match race(arrival, drain.raised()).await {
                Either::Left(Ok(filled)) => filled?,
                Either::Left(Err(_)) if pinged => return Err(Error::Late),
                Either::Left(Err(_)) => {
                    self.send(Message::Ping).await?;
                    pinged = true;
                }
                Either::Right(()) => return Ok(None),
            }
        }
        match timeout(self.limits.deadline, self.rest()).await {
            Ok(message) => message.map(Some),
            Err(_) => Err(Error::Late),
        }
    }
    // ANCHOR_END: message

    // ANCHOR: send
    /// Sends a message. The meter must make room for it within `limits.patience`.
    pub(crate) async fn send(&mut self, message: Message) -> Result<(), Error> {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        match timeout(self.limits.patience, self.stream.write_all(&bytes)).await {
            Ok(Ok(())) => self.metrics.add("bytes_out", bytes.len()),
            Ok(Err(error)) => return Err(Error::Broken(error)),
            Err(_) => return Err(Error::Stalled),
        }
        Ok(())
    }
    // ANCHOR_END: send
}

// ANCHOR: rest
impl Connection {
    pub(crate) fn new(
        stream: TcpStream,
        limits: Limits,
        metrics: Rc<Metrics>,
    ) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        Ok(Connection { stream, received: Vec::new(), limits, metrics })
    }
}
// ANCHOR_END: rest
