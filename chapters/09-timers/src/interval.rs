// ANCHOR: head
//! Ticks at a steady pace.

use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::timers::later;
use crate::{Sleep, Timers, sleep_until};
// ANCHOR_END: head

// ANCHOR: interval
/// Ticks at a steady pace. Made by [`interval`].
pub struct Interval {
    next: Pin<Box<Sleep>>,
    period: Duration,
    missed: Missed,
}

impl Interval {
    /// Waits for the next tick. Returns the instant for which it was planned.
    ///
    /// Cancel safe: if this future is dropped, the next call waits for the same tick.
    pub async fn tick(&mut self) -> Instant {
        self.next.as_mut().await;
        let tick = self.next.deadline();
        let following = self.after(tick, Timers::current().clock().now());
        self.next.as_mut().reset(following);
        tick
    }
}
// ANCHOR_END: interval

// ANCHOR: missed
/// What an interval does if its task receives a tick so late that later ones are due.
/// Those are the missed ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// All missed ticks come at once. Later ticks are on the old schedule.
    Burst,
    /// The next tick comes one period after the late one. The schedule moves.
    Delay,
    /// The missed ticks are left out. The next tick is on the old schedule.
    Skip,
}

impl Interval {
    /// The tick that follows `tick`, which the task has received at `now`.
    fn after(&self, tick: Instant, now: Instant) -> Instant {
        let planned = later(tick, self.period);
        if planned > now {
            return planned;
        }
        match self.missed {
            Missed::Burst => planned,
            Missed::Delay => later(now, self.period),
            Missed::Skip => {
                let late = (now - tick).as_nanos() % self.period.as_nanos();
                // Less than the period. If that is more than 584 years, it saturates.
                let late = Duration::from_nanos(u64::try_from(late).unwrap_or(u64::MAX));
                later(now, self.period.saturating_sub(late))
            }
        }
    }
}
// ANCHOR_END: missed

// ANCHOR: rest
/// Ticks at once, and then once in every `period`.
///
/// # Panics
///
/// If `period` is zero, or if the thread has no current timers.
pub fn interval(period: Duration) -> Interval {
    interval_at(Timers::current().clock().now(), period)
}

/// Ticks at `start`, and then once in every `period`.
///
/// # Panics
///
/// As [`interval`].
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(!period.is_zero(), "the period of an interval must not be zero");
    Interval { next: Box::pin(sleep_until(start)), period, missed: Missed::Burst }
}

impl Interval {
    /// Says what to do about missed ticks. [`Missed::Burst`] is the default.
    #[must_use]
    pub fn on_missed(mut self, missed: Missed) -> Interval {
        self.missed = missed;
        self
    }
}
// ANCHOR_END: rest
