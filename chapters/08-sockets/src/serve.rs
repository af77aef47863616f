// ANCHOR: head
//! The conversation with one meter, as an `async fn`.

use waiting::{End, MAX, Message};

use crate::Line;
// ANCHOR_END: head

// ANCHOR: serve
/// Talks to one meter until the conversation ends. Never returns `Ok`. The usual end
/// is [`End::Closed`].
pub async fn serve(line: &mut Line) -> Result<(), End> {
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
async fn receive(line: &mut Line, kind: u8) -> Result<Message, End> {
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
