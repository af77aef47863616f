// ANCHOR: message
//! The messages, and their bytes on the wire.

use std::io;

/// The longest body, in bytes.
pub const MAX: usize = 4;

/// What a meter and the server say to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// From a meter: this many more litres.
    Reading(u32),
    /// To a meter: this many litres so far.
    Total(u32),
    /// To a meter: are you still there?
    Ping,
    /// From a meter: yes.
    Pong,
}
// ANCHOR_END: message

// ANCHOR: end
/// Why a conversation ended.
#[derive(Debug)]
pub enum End {
    /// The meter closed the connection.
    Closed,
    /// A message was not complete in time, or a ping was not answered.
    Late,
    /// The bytes are not a message.
    Corrupt,
    /// A message that a meter must not send.
    Unexpected(Message),
    /// The connection failed.
    Broken(io::Error),
}
// ANCHOR_END: end

// ANCHOR: bytes
impl Message {
    /// Appends the message's bytes to `bytes`: its kind, the length of its
    /// body, and the body.
    pub fn encode(self, bytes: &mut Vec<u8>) {
        let (kind, number) = match self {
            Message::Reading(more) => (1, Some(more)),
            Message::Total(total) => (2, Some(total)),
            Message::Ping => (3, None),
            Message::Pong => (4, None),
        };
        match number {
            Some(number) => {
                bytes.extend([kind, 4]);
                bytes.extend(number.to_be_bytes());
            }
            None => bytes.extend([kind, 0]),
        }
    }

    /// The message with this kind and body, if there is one.
    pub fn decode(kind: u8, body: &[u8]) -> Result<Message, End> {
        match (kind, body) {
            (1, &[a, b, c, d]) => Ok(Message::Reading(u32::from_be_bytes([a, b, c, d]))),
            (2, &[a, b, c, d]) => Ok(Message::Total(u32::from_be_bytes([a, b, c, d]))),
            (3, []) => Ok(Message::Ping),
            (4, []) => Ok(Message::Pong),
            _ => Err(End::Corrupt),
        }
    }
}
// ANCHOR_END: bytes
