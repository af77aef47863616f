// ANCHOR: head
//! A line to a meter whose bytes arrive as a script says.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use waiting::{End, Message};

use crate::{Clock, Either, race};
// ANCHOR_END: head

// ANCHOR: line
/// A line to one meter. One tick of its clock is one millisecond.
pub struct Line {
    clock: Clock,
    start: Instant,
    /// The bytes that the meter will send, each with its tick.
    script: VecDeque<(u64, u8)>,
    /// The messages that the server sent, each with its tick.
    sent: Vec<(u64, Message)>,
}

impl Line {
    /// Waits for the next byte. Fails with [`End::Late`] at `until`.
    pub async fn byte(&mut self, until: Instant) -> Result<u8, End> {
        let arrives = self.script.front().map_or(u64::MAX, |&(tick, _)| tick);
        let arrival = self.clock.sleep_until(arrives);
        let deadline = self.clock.sleep_until(self.tick(until));
        match race(arrival, deadline).await {
            Either::Left(()) => Ok(self.script.pop_front().map_or(0, |(_, byte)| byte)),
            Either::Right(()) => Err(End::Late),
        }
    }
    // ANCHOR_END: line

    // ANCHOR: rest
    /// A line whose meter sends each of these pieces at its tick, and then
    /// stays silent.
    pub fn new(clock: &Clock, script: &[(u64, &[u8])]) -> Line {
        let bytes = script
            .iter()
            .flat_map(|&(tick, bytes)| bytes.iter().map(move |&byte| (tick, byte)));
        let (clock, start) = (clock.clone(), Instant::now());
        Line { clock, start, script: bytes.collect(), sent: Vec::new() }
    }

    /// The current time.
    pub fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.clock.now())
    }

    /// Sends a message.
    #[expect(clippy::unused_async, reason = "a line over a socket has to wait here")]
    pub async fn send(&mut self, message: Message) -> Result<(), End> {
        self.sent.push((self.clock.now(), message));
        Ok(())
    }

    /// The messages that the server sent, each with its tick.
    pub fn sent(&self) -> &[(u64, Message)] {
        &self.sent
    }

    fn tick(&self, time: Instant) -> u64 {
        u64::try_from((time - self.start).as_millis()).unwrap_or(u64::MAX)
    }
}
// ANCHOR_END: rest
