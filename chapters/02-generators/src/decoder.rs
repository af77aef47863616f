// ANCHOR: uses
//! A decoder that is resumed with each byte: one function, cut at its yields.

use std::pin::Pin;

use crate::Coroutine;
use crate::CoroutineState::{self, Complete, Yielded};
// ANCHOR_END: uses

// ANCHOR: message
/// The longest body, in bytes.
pub const MAX: u8 = 4;

/// A message. On the wire: its kind, its length, its body and a check byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    kind: u8,
    len: u8,
    body: [u8; MAX as usize],
}

impl Message {
    /// The kind of message.
    pub fn kind(&self) -> u8 {
        self.kind
    }

    /// The bytes of its body.
    pub fn body(&self) -> &[u8] {
        &self.body[..usize::from(self.len)]
    }

    /// The check byte: all other bytes, combined with exclusive or.
    pub fn check(&self) -> u8 {
        self.body().iter().fold(self.kind ^ self.len, |sum, byte| sum ^ byte)
    }
}

/// Why the bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// The length is more than [`MAX`].
    TooLong(u8),
    /// The check byte is wrong.
    Check {
        /// The check byte that belongs to the message.
        expected: u8,
        /// The check byte that arrived.
        found: u8,
    },
}
// ANCHOR_END: message

// ANCHOR: state
/// Decodes one message. Resume it with each byte that arrives.
///
/// Yields how many bytes are still missing, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Decoder {
    /// Not resumed yet.
    Start,
    /// Stopped at the first yield: the length comes next.
    Length { kind: u8 },
    /// Stopped at the yield in the loop: byte `at` of the body comes next.
    Body { kind: u8, len: u8, at: u8, body: [u8; MAX as usize] },
    /// Stopped at the last yield: the check byte comes next.
    Check { kind: u8, len: u8, body: [u8; MAX as usize] },
    /// Completed.
    Done,
}
// ANCHOR_END: state

// ANCHOR: start
impl Coroutine<u8> for Decoder {
    type Yield = u8;
    type Return = Result<Message, Corrupt>;

    fn resume(self: Pin<&mut Self>, byte: u8) -> CoroutineState<u8, Self::Return> {
        let this = self.get_mut();
        match *this {
            Decoder::Start => {
                *this = Decoder::Length { kind: byte };
                Yielded(2)
            }
            // ANCHOR_END: start
            // ANCHOR: body
            Decoder::Length { .. } if byte > MAX => {
                *this = Decoder::Done;
                Complete(Err(Corrupt::TooLong(byte)))
            }
            Decoder::Length { kind } => {
                let body = [0; MAX as usize];
                *this = Decoder::next_state(kind, byte, 0, body);
                Yielded(byte + 1)
            }
            Decoder::Body { kind, len, at, mut body } => {
                body[usize::from(at)] = byte;
                *this = Decoder::next_state(kind, len, at + 1, body);
                Yielded(len - at)
            }
            // ANCHOR_END: body
            // ANCHOR: done
            Decoder::Check { kind, len, body } => {
                *this = Decoder::Done;
                let message = Message { kind, len, body };
                let expected = message.check();
                Complete(if byte == expected {
                    Ok(message)
                } else {
                    Err(Corrupt::Check { expected, found: byte })
                })
            }
            Decoder::Done => panic!("`Decoder` resumed after completion"),
        }
    }
}
// ANCHOR_END: done

// ANCHOR: next_state
impl Decoder {
    /// The head of the loop: wait for another byte of the body, or for the check?
    fn next_state(kind: u8, len: u8, at: u8, body: [u8; MAX as usize]) -> Decoder {
        if at < len {
            Decoder::Body { kind, len, at, body }
        } else {
            Decoder::Check { kind, len, body }
        }
    }
}
// ANCHOR_END: next_state
