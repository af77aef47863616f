// ANCHOR: message
//! What is said on the wire.

use std::io;

/// The longest body.
pub const MAX: u8 = 4;

/// A message: on the wire its kind, its length, its body and a check byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// From a meter: it has counted so many more.
    Reading(u32),
    /// To a meter: so many it has counted altogether.
    Total(u32),
    /// Are you there?
    Ping,
    /// I am.
    Pong,
}

/// Why a conversation is over.
#[derive(Debug)]
pub enum End {
    /// The other side has hung up.
    Closed,
    /// A message was not complete in time, or a ping was not answered.
    Late,
    /// The bytes are no message.
    Corrupt,
    /// It is a message, and nobody should have sent it.
    Unexpected(Message),
    /// The connection failed.
    Broken(io::Error),
}
// ANCHOR_END: message

// ANCHOR: bytes
impl Message {
    /// Its bytes, at the end of `bytes`.
    pub fn encode(self, bytes: &mut Vec<u8>) {
        let begin = bytes.len();
        match self {
            Message::Reading(more) => {
                bytes.extend([1, 4]);
                bytes.extend(more.to_be_bytes());
            }
            Message::Total(total) => {
                bytes.extend([2, 4]);
                bytes.extend(total.to_be_bytes());
            }
            Message::Ping => bytes.extend([3, 0]),
            Message::Pong => bytes.extend([4, 0]),
        }
        bytes.push(check(&bytes[begin..]));
    }

    /// The message of this kind and body, if there is one.
    pub fn decode(kind: u8, body: &[u8], found: u8) -> Result<Message, End> {
        let len = u8::try_from(body.len()).map_err(|_| End::Corrupt)?;
        if check(body) ^ kind ^ len != found {
            return Err(End::Corrupt);
        }
        match (kind, body) {
            (1, &[a, b, c, d]) => Ok(Message::Reading(u32::from_be_bytes([a, b, c, d]))),
            (2, &[a, b, c, d]) => Ok(Message::Total(u32::from_be_bytes([a, b, c, d]))),
            (3, []) => Ok(Message::Ping),
            (4, []) => Ok(Message::Pong),
            _ => Err(End::Corrupt),
        }
    }
}

/// All bytes, exclusive-or.
fn check(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}
// ANCHOR_END: bytes
