//! Exercise `timers/time`: sleep, timeout and interval, on your `Deadlines`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::deadlines::Deadlines;
use crate::timeout::{self, Timeout};

/// The timers of one thread, and their clock. Its clones are the same timers.
#[derive(Clone)]
pub struct Time(Rc<Inner>);

struct Inner {
    start: Instant,
    /// How far a paused clock was moved. `None` if this is the real clock.
    moved: Cell<Option<Duration>>,
    /// The deadlines of the sleeps that wait, by the number of the sleep.
    deadlines: RefCell<Deadlines<u64>>,
    /// The waker of the latest poll of each sleep that waits.
    wakers: RefCell<HashMap<u64, Waker>>,
    /// How many sleeps were made.
    sleeps: Cell<u64>,
}

impl Time {
    /// Timers on the clock of the machine.
    pub fn new() -> Time {
        Time::with_moved(None)
    }

    /// Timers on a clock that stands still until it is moved.
    pub fn paused() -> Time {
        Time::with_moved(Some(Duration::ZERO))
    }

    fn with_moved(moved: Option<Duration>) -> Time {
        Time(Rc::new(Inner {
            start: Instant::now(),
            moved: Cell::new(moved),
            deadlines: RefCell::default(),
            wakers: RefCell::default(),
            sleeps: Cell::new(0),
        }))
    }

    /// The present.
    pub fn now(&self) -> Instant {
        let elapsed = self.0.moved.get().unwrap_or_else(|| self.0.start.elapsed());
        self.0.start + elapsed
    }

    /// Moves a paused clock forward, in one jump. Wakes no task.
    ///
    /// # Panics
    ///
    /// If the clock is not paused.
    pub fn advance(&self, by: Duration) {
        let moved = self.0.moved.get().expect("only a paused clock can be moved");
        self.0.moved.set(Some(moved + by));
    }

    /// The earliest deadline. The thread may sleep until then.
    pub fn next(&self) -> Option<Instant> {
        self.0.deadlines.borrow().next()
    }

    /// Moves a paused clock to the earliest deadline, and wakes the tasks that are due.
    /// Returns whether there was a deadline.
    ///
    /// # Panics
    ///
    /// If the clock is not paused.
    pub fn skip(&self) -> bool {
        let Some(next) = self.next() else { return false };
        self.advance(next.saturating_duration_since(self.now()));
        self.fire();
        true
    }

    /// Wakes the tasks of all sleeps that are due, the earliest deadline first. A waker
    /// may use these timers.
    pub fn fire(&self) {
        let _ = (&self.0.deadlines, &self.0.wakers);
        todo!("take out one deadline after the other, and wake its task")
    }

    /// Waits for `duration`, counted from this call.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.sleep_until(later(self.now(), duration))
    }

    /// Waits until `deadline`.
    pub fn sleep_until(&self, deadline: Instant) -> Sleep {
        let number = self.0.sleeps.get() + 1;
        self.0.sleeps.set(number);
        Sleep { time: self.clone(), number, deadline }
    }

    /// Waits for `future`, but at most for `limit`, counted from this call.
    pub fn timeout<F: Future>(&self, limit: Duration, future: F) -> Timeout<F, Sleep> {
        timeout::timeout(future, self.sleep(limit))
    }

    /// Ticks at once, and then once in every `period`. If the task was too slow for some
    /// ticks, they are left out.
    ///
    /// # Panics
    ///
    /// If `period` is zero.
    pub fn interval(&self, period: Duration) -> Interval {
        assert!(!period.is_zero(), "the period of an interval must not be zero");
        Interval { time: self.clone(), next: self.now(), period }
    }
}

/// If an `Instant` cannot hold a deadline, it is this far away: about 30 years.
const FAR: Duration = Duration::from_hours(30 * 365 * 24);

/// The instant that is `duration` after `instant`.
fn later(instant: Instant, duration: Duration) -> Instant {
    instant.checked_add(duration).unwrap_or_else(|| instant + FAR)
}

impl Default for Time {
    fn default() -> Time {
        Time::new()
    }
}

/// Ready at its deadline, and never earlier. Made by [`Time::sleep`].
pub struct Sleep {
    time: Time,
    number: u64,
    deadline: Instant,
}

impl Future for Sleep {
    type Output = ();

    /// It may be polled after it was ready, and is then ready again.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let _ = (&self.time.0.deadlines, &self.time.0.wakers, cx.waker());
        let _ = (self.number, self.deadline);
        todo!("compare the deadline with now, or leave a deadline and a waker")
    }
}

impl Sleep {
    /// Removes the deadline and the waker.
    fn forget(&self) {
        let _ = (&self.time.0.deadlines, &self.time.0.wakers);
        // Empty so far. `drop` calls this, and a panic in `drop` would end the tests.
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Ticks at a steady pace. Made by [`Time::interval`].
pub struct Interval {
    time: Time,
    /// When the next tick is due.
    next: Instant,
    period: Duration,
}

impl Interval {
    /// Waits for the next tick, and returns the instant for which it was planned.
    ///
    /// Cancel safe: if this future is dropped, the next call waits for the same tick.
    pub async fn tick(&mut self) -> Instant {
        let _ = (&self.time, self.next, self.period);
        todo!("wait for the planned instant, and plan the tick after it")
    }
}
