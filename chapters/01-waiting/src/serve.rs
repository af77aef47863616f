// ANCHOR: serve
//! The conversation with one meter, as a function that waits.

use std::time::Instant;

use crate::{End, Line, MAX, Message, Rules};

/// Talks to one meter until the conversation is over, and says why it is.
pub fn serve(line: &mut impl Line, rules: Rules) -> End {
    match talk(line, rules) {
        Err(end) => end,
        Ok(never) => match never {},
    }
}

fn talk(line: &mut impl Line, rules: Rules) -> Result<std::convert::Infallible, End> {
    let mut total: u32 = 0;
    loop {
        let kind = match line.byte(line.now() + rules.heartbeat) {
            Err(End::Late) => {
                line.send(Message::Ping)?;
                line.byte(line.now() + rules.heartbeat)?
            }
            kind => kind?,
        };
        match receive(line, kind, line.now() + rules.deadline)? {
            Message::Reading(more) => {
                total = total.wrapping_add(more);
                line.send(Message::Total(total))?;
            }
            Message::Pong => {}
            other => return Err(End::Unexpected(other)),
        }
    }
}

/// The rest of a message that has begun.
fn receive(line: &mut impl Line, kind: u8, until: Instant) -> Result<Message, End> {
    // ANCHOR: receive
    let len = line.byte(until)?;
    if len > MAX {
        return Err(End::Corrupt);
    }
    let mut body = [0; MAX as usize];
    let body = &mut body[..usize::from(len)];
    for slot in &mut *body {
        *slot = line.byte(until)?;
    }
    let check = line.byte(until)?;
    Message::decode(kind, body, check)
    // ANCHOR_END: receive
}
// ANCHOR_END: serve
