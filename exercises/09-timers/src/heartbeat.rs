//! Exercise `timers/heartbeat`: repair a heartbeat that bursts after a pause.

use std::time::{Duration, Instant};

use timers::{Timers, sleep_until};

/// The beats of a program that tells others that it lives. Beat `n` is due `n` periods
/// after the start.
pub struct Heartbeat {
    start: Instant,
    period: Duration,
    /// The number of the last beat.
    beats: u32,
}

impl Heartbeat {
    /// Starts now. The first beat is due after one period.
    ///
    /// # Panics
    ///
    /// If the thread has no current timers.
    pub fn new(period: Duration) -> Heartbeat {
        Heartbeat { start: Timers::current().clock().now(), period, beats: 0 }
    }

    /// Waits for the next beat, and returns its number. If several beats are due, only
    /// the last one of them is given.
    ///
    /// Cancel safe: if you drop this future, the next call waits for the same beat.
    pub async fn beat(&mut self) -> u32 {
        self.beats += 1;
        sleep_until(self.start + self.beats * self.period).await;
        self.beats
    }
}
