// ANCHOR: head
//! The timers of one thread: a clock and a wheel.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use deadlines::{Timer, Wheel};

use crate::Clock;
// ANCHOR_END: head

// ANCHOR: timers
/// The timers of a runtime. It is a handle: its clones are the same timers.
#[derive(Clone)]
pub struct Timers {
    clock: Clock,
    wheel: Wheel,
}

impl Timers {
    /// Wakes the tasks of all timers that are due.
    pub fn fire(&self) {
        // Round down: the present tick is the last one that has begun.
        self.wheel.advance(ticks(self.clock.elapsed().as_nanos() / TICK));
    }

    /// A timer that is due at `deadline`, and never earlier.
    pub(crate) fn timer(&self, deadline: Instant) -> Timer {
        self.wheel.timer(self.tick(deadline))
    }

    /// The first tick that is not before `deadline`.
    pub(crate) fn tick(&self, deadline: Instant) -> u64 {
        ticks(self.clock.since_start(deadline).as_nanos().div_ceil(TICK))
    }
}

/// A tick of the wheel is a microsecond. This is its length in nanoseconds.
const TICK: u128 = 1000;

/// The last tick is 584,000 years away, so no deadline is too far.
fn ticks(ticks: u128) -> u64 {
    u64::try_from(ticks).unwrap_or(u64::MAX)
}
// ANCHOR_END: timers

// ANCHOR: next
impl Timers {
    /// How long the thread may sleep. `None` if no timer is set.
    pub fn until_next(&self) -> Option<Duration> {
        let next = Duration::from_micros(self.wheel.next()?);
        Some(next.saturating_sub(self.clock.elapsed()))
    }

    /// Moves a paused clock to the next work of the wheel, and wakes the tasks that are
    /// due. Returns whether there was a timer.
    ///
    /// # Panics
    ///
    /// If the clock is not paused.
    pub fn skip(&self) -> bool {
        let Some(pause) = self.until_next() else { return false };
        self.clock.advance(pause);
        self.fire();
        true
    }
}
// ANCHOR_END: next

// ANCHOR: current
thread_local! {
    static CURRENT: RefCell<Option<Timers>> = const { RefCell::new(None) };
}

impl Timers {
    /// Makes these timers the current ones of this thread, until the guard is dropped.
    pub fn enter(&self) -> Entered {
        Entered(CURRENT.replace(Some(self.clone())))
    }

    /// The current timers of this thread.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn current() -> Timers {
        let current = CURRENT.with_borrow(Clone::clone);
        current
            .expect("there are no timers on this thread: call this inside of a runtime")
    }
}

/// Restores the timers that were current before. Made by [`Timers::enter`].
#[must_use]
pub struct Entered(Option<Timers>);

impl Drop for Entered {
    fn drop(&mut self) {
        let entered = CURRENT.replace(self.0.take());
        drop(entered);
    }
}
// ANCHOR_END: current

// ANCHOR: rest
impl Timers {
    /// A clock and an empty wheel.
    pub fn new(clock: Clock) -> Timers {
        let wheel = Wheel::new();
        Timers { clock, wheel }
    }

    /// The clock of these timers.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// The instant that is `by` after `from`. If an `Instant` cannot hold it, the answer is an
/// instant 30 years after `from`.
pub(crate) fn later(from: Instant, by: Duration) -> Instant {
    const FAR: Duration = Duration::from_hours(30 * 365 * 24);
    from.checked_add(by).unwrap_or_else(|| from + FAR)
}
// ANCHOR_END: rest
