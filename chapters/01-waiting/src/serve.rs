// ANCHOR: head
//! The conversation with one meter, as a function that blocks.

use std::time::Instant;

use crate::{End, Line, MAX, Message, Rules};
// ANCHOR_END: head

// ANCHOR: serve
/// Talks to one meter until the conversation ends. Never returns `Ok`. The usual end
/// is [`End::Closed`].
pub fn serve(line: &mut impl Line, rules: Rules) -> Result<(), End> {
    let mut total: u32 = 0;
    loop {
        let kind = match line.byte(line.now() + rules.heartbeat) {
            Err(End::Late) => {
                line.send(Message::Ping)?;
                line.byte(line.now() + rules.heartbeat)?
            }
            result => result?,
        };
        let until = line.now() + rules.deadline;
        match receive(line, kind, until)? {
            Message::Reading(more) => {
                total = total.wrapping_add(more);
                line.send(Message::Total(total))?;
            }
            Message::Pong => {}
            other => return Err(End::Unexpected(other)),
        }
    }
}
// ANCHOR_END: serve

// ANCHOR: receive
/// Reads the rest of a message that began with `kind`.
fn receive(line: &mut impl Line, kind: u8, until: Instant) -> Result<Message, End> {
    let len = line.byte(until)?;
    let mut body = [0; MAX];
    let Some(body) = body.get_mut(..usize::from(len)) else {
        return Err(End::Corrupt);
    };
    for slot in &mut *body {
        *slot = line.byte(until)?;
    }
    Message::decode(kind, body)
}
// ANCHOR_END: receive
