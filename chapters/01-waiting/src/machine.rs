// ANCHOR: state
//! The conversation with one meter, turned inside out.

use std::time::Instant;

use crate::{End, MAX, Message, Rules};

/// Where in the conversation a meter is. It waits for ...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// ... a message to begin.
    Silent {
        /// Whether it has been asked if it is there.
        pinged: bool,
    },
    /// ... the length of a message.
    Length {
        /// The kind, which has come.
        kind: u8,
    },
    /// ... byte `at` of the body, or the check byte if the body is there.
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
}

/// Whoever does not listen to so many bytes does not listen.
const PATIENCE: usize = 1024;

/// A conversation that never waits: it is told what comes, and what time it is.
#[derive(Debug)]
pub struct Machine {
    rules: Rules,
    total: u32,
    state: State,
    until: Instant,
    unsent: Vec<u8>,
}
// ANCHOR_END: state

// ANCHOR: new
impl Machine {
    /// A conversation that begins now.
    pub fn new(rules: Rules, now: Instant) -> Machine {
        let state = State::Silent { pinged: false };
        let until = now + rules.heartbeat;
        Machine { rules, total: 0, state, until, unsent: Vec::new() }
    }

    /// When it wants to be told the time, whatever else happens.
    pub fn deadline(&self) -> Instant {
        self.until
    }

    /// Where it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// What is to be sent. Whoever has sent some of it takes that away.
    pub fn unsent(&mut self) -> &mut Vec<u8> {
        &mut self.unsent
    }
}
// ANCHOR_END: new

// ANCHOR: on_time
impl Machine {
    /// Its deadline has passed.
    pub fn on_time(&mut self, now: Instant) -> Result<(), End> {
        match self.state {
            _ if now < self.until => Ok(()),
            State::Silent { pinged: false } => {
                Message::Ping.encode(&mut self.unsent);
                self.state = State::Silent { pinged: true };
                self.until = now + self.rules.heartbeat;
                Ok(())
            }
            _ => Err(End::Late),
        }
    }
}
// ANCHOR_END: on_time

// ANCHOR: on_bytes
impl Machine {
    /// These bytes have come.
    pub fn on_bytes(&mut self, bytes: &[u8], now: Instant) -> Result<(), End> {
        bytes.iter().try_for_each(|&byte| self.on_byte(byte, now))
    }

    fn on_byte(&mut self, byte: u8, now: Instant) -> Result<(), End> {
        match self.state {
            State::Silent { .. } => {
                self.state = State::Length { kind: byte };
                self.until = now + self.rules.deadline;
            }
            State::Length { .. } if byte > MAX => return Err(End::Corrupt),
            State::Length { kind } => {
                let body = [0; MAX as usize];
                self.state = State::Body { kind, len: byte, at: 0, body };
            }
            State::Body { kind, len, at, mut body } if at < len => {
                body[usize::from(at)] = byte;
                self.state = State::Body { kind, len, at: at + 1, body };
            }
            State::Body { kind, len, body, .. } => {
                let body = &body[..usize::from(len)];
                self.on_message(Message::decode(kind, body, byte)?)?;
                self.state = State::Silent { pinged: false };
                self.until = now + self.rules.heartbeat;
            }
        }
        Ok(())
    }

    fn on_message(&mut self, message: Message) -> Result<(), End> {
        match message {
            Message::Reading(_) if self.unsent.len() > PATIENCE => Err(End::Late),
            Message::Reading(more) => {
                self.total = self.total.wrapping_add(more);
                Message::Total(self.total).encode(&mut self.unsent);
                Ok(())
            }
            Message::Pong => Ok(()),
            other => Err(End::Unexpected(other)),
        }
    }
}
// ANCHOR_END: on_bytes
