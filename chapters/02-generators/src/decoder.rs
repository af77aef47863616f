// ANCHOR: uses
//! One function cut at its yields: a decoder that is fed a byte at a time.

use std::pin::Pin;

use crate::Coroutine;
use crate::CoroutineState::{self, Complete, Yielded};
// ANCHOR_END: uses

// ANCHOR: message
/// The longest body.
pub const MAX: u8 = 4;

/// A message: on the wire its kind, its length, its body and a check byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    kind: u8,
    len: u8,
    body: [u8; MAX as usize],
}

impl Message {
    /// What sort of message it is.
    pub fn kind(&self) -> u8 {
        self.kind
    }

    /// The bytes it carries.
    pub fn body(&self) -> &[u8] {
        &self.body[..usize::from(self.len)]
    }

    /// The check byte that belongs to it: all others, exclusive-or.
    pub fn check(&self) -> u8 {
        self.body().iter().fold(self.kind ^ self.len, |sum, byte| sum ^ byte)
    }
}

/// Why the bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// The length byte announces more than [`MAX`].
    TooLong(u8),
    /// The check byte is not the one that belongs to the message.
    Check {
        /// The one that belongs to it.
        expected: u8,
        /// The one that came.
        found: u8,
    },
}
// ANCHOR_END: message

// ANCHOR: state
/// Decodes one message: resume it with each byte as it comes.
///
/// Yields how many bytes it must still see at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Decoder {
    /// Not resumed yet.
    Start,
    /// Left at the first yield, waiting for the length.
    Length {
        /// The message's kind.
        kind: u8,
    },
    /// Left at the yield in the loop, waiting for byte `at` of the body.
    Body {
        /// The message's kind.
        kind: u8,
        /// How long the body will be.
        len: u8,
        /// How much of it is there.
        at: u8,
        /// The body, as far as it is there.
        body: [u8; MAX as usize],
    },
    /// Left at the last yield, waiting for the check byte.
    Check {
        /// The message's kind.
        kind: u8,
        /// How long the body is.
        len: u8,
        /// The body.
        body: [u8; MAX as usize],
    },
    /// Returned.
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
                *this = Decoder::receive(kind, byte, 0, body);
                Yielded(byte + 1)
            }
            Decoder::Body { kind, len, at, mut body } => {
                body[usize::from(at)] = byte;
                *this = Decoder::receive(kind, len, at + 1, body);
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

// ANCHOR: receive
impl Decoder {
    /// The head of the loop: another byte of the body, or on to the check?
    fn receive(kind: u8, len: u8, at: u8, body: [u8; MAX as usize]) -> Decoder {
        if at < len {
            Decoder::Body { kind, len, at, body }
        } else {
            Decoder::Check { kind, len, body }
        }
    }
}
// ANCHOR_END: receive
