// ANCHOR: head
//! A line to a meter, and the conversation over it.

use std::time::Duration;

use sockets::waiting::{End, MAX, Message};

use crate::{ScriptedLine, SocketLine};
// ANCHOR_END: head

// ANCHOR: line
/// A line to one meter.
pub trait Line {
    /// Waits for the next byte.
    fn byte(&mut self) -> impl Future<Output = Result<u8, End>>;

    /// Sends a message.
    fn send(&mut self, message: Message) -> impl Future<Output = Result<(), End>>;
}
// ANCHOR_END: line

// ANCHOR: lines
impl Line for SocketLine {
    async fn byte(&mut self) -> Result<u8, End> {
        self.byte().await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        self.send(message).await
    }
}

/// A meter whose script has ended hangs up.
impl Line for ScriptedLine {
    async fn byte(&mut self) -> Result<u8, End> {
        match self.byte(self.now() + Duration::from_secs(1)).await {
            Err(End::Late) => Err(End::Closed),
            result => result,
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        self.send(message).await
    }
}
// ANCHOR_END: lines

// ANCHOR: serve
/// Talks to one meter until the conversation ends. Never returns `Ok`. The usual end
/// is [`End::Closed`].
pub async fn serve(line: &mut (impl Line + ?Sized)) -> Result<(), End> {
    let mut total: u32 = 0;
    loop {
        let kind = line.byte().await?;
        match receive(line, kind).await? {
            Message::Reading(more) => {
                total = total.wrapping_add(more);
                line.send(Message::Total(total)).await?;
            }
            Message::Pong => {}
            other => return Err(End::Unexpected(other)),
        }
    }
}
// ANCHOR_END: serve

// ANCHOR: receive
/// Reads the rest of a message that began with `kind`.
async fn receive(line: &mut (impl Line + ?Sized), kind: u8) -> Result<Message, End> {
    let len = line.byte().await?;
    let mut body = [0; MAX];
    let Some(body) = body.get_mut(..usize::from(len)) else {
        return Err(End::Corrupt);
    };
    for slot in &mut *body {
        *slot = line.byte().await?;
    }
    Message::decode(kind, body)
}
// ANCHOR_END: receive
