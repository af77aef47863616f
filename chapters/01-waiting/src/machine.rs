// ANCHOR: state
//! The conversation with one meter, as a state machine that never blocks.

use std::time::Instant;

use crate::{End, MAX, Message, Rules};

/// Where in the conversation we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Between two messages.
    Silent {
        /// Whether we have sent a ping and wait for the answer.
        pinged: bool,
    },
    /// A message has begun, and its length comes next.
    Length {
        /// The byte that began the message.
        kind: u8,
    },
    /// `at` bytes of a body of `len` bytes have arrived.
    #[allow(missing_docs)]
    Body { kind: u8, len: u8, at: u8, body: [u8; MAX] },
}

/// A conversation. Its caller tells it what arrived and what time it is.
#[derive(Debug)]
pub struct Machine {
    rules: Rules,
    total: u32,
    state: State,
    until: Instant,
    unsent: Vec<u8>,
}

/// A meter that leaves this many bytes unread is disconnected.
const MAX_UNSENT: usize = 1024;
// ANCHOR_END: state

// ANCHOR: new
impl Machine {
    /// A conversation that begins at `now`.
    pub fn new(rules: Rules, now: Instant) -> Machine {
        let state = State::Silent { pinged: false };
        let until = now + rules.heartbeat;
        Machine { rules, total: 0, state, until, unsent: Vec::new() }
    }

    /// When [`Machine::on_time`] must be called, unless bytes arrive earlier.
    pub fn deadline(&self) -> Instant {
        self.until
    }

    /// Where in the conversation it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// The bytes to be sent. The caller removes what it has sent.
    pub fn unsent(&mut self) -> &mut Vec<u8> {
        &mut self.unsent
    }
}
// ANCHOR_END: new

// ANCHOR: on_time
impl Machine {
    /// The time is `now`. Does nothing before the deadline.
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
    /// These bytes arrived.
    pub fn on_bytes(&mut self, bytes: &[u8], now: Instant) -> Result<(), End> {
        bytes.iter().try_for_each(|&byte| self.on_byte(byte, now))
    }

    fn on_byte(&mut self, byte: u8, now: Instant) -> Result<(), End> {
        match &mut self.state {
            State::Silent { .. } => {
                self.state = State::Length { kind: byte };
                self.until = now + self.rules.deadline;
            }
            State::Length { .. } if usize::from(byte) > MAX => return Err(End::Corrupt),
            &mut State::Length { kind } => {
                self.state = State::Body { kind, len: byte, at: 0, body: [0; MAX] };
            }
            State::Body { at, body, .. } => {
                body[usize::from(*at)] = byte;
                *at += 1;
            }
        }
        if let State::Body { kind, len, at, body } = self.state
            && at == len
        {
            self.on_message(Message::decode(kind, &body[..usize::from(len)])?)?;
            self.state = State::Silent { pinged: false };
            self.until = now + self.rules.heartbeat;
        }
        Ok(())
    }
    // ANCHOR_END: on_bytes

    // ANCHOR: on_message
    fn on_message(&mut self, message: Message) -> Result<(), End> {
        match message {
            Message::Reading(_) if self.unsent.len() > MAX_UNSENT => Err(End::Late),
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
// ANCHOR_END: on_message
