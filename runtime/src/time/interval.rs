//! [`Interval`]: ticks at a steady pace.

use super::{Instant, Sleep, sleep_until};
use crate::taskdump::{self, TimerKind};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// Ticks at once, and then once every `period`.
///
/// # Panics
/// If `period` is zero, and where [`sleep`](super::sleep()) panics.
///
/// ```
/// use std::time::Duration;
/// use wakeful::time::interval;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut ticks = interval(Duration::from_millis(1));
///     let first = ticks.tick().await;
///     let second = ticks.tick().await;
///     assert_eq!(second - first, Duration::from_millis(1));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Ticks at `start`, and then once every `period`.
///
/// # Panics
/// If `period` is zero, and where [`sleep`](super::sleep()) panics.
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(!period.is_zero(), "an interval's period must not be zero");
    Interval {
        delay: sleep_until(start),
        period,
        missed: MissedTickBehavior::default(),
    }
}

/// What an [`Interval`] does after a task asked for a tick too late.
///
/// A tick is *missed* if the task asks for it after the next tick was due. For
/// [`Delay`](Self::Delay), a tick is also missed if the task asks for it more than five
/// milliseconds late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// The missed ticks follow each other without a pause until the interval
    /// has caught up. The later ticks stay on the old schedule.
    #[default]
    Burst,
    /// The next tick comes one period after the late one, and the schedule
    /// moves with it.
    Delay,
    /// The interval leaves the missed ticks out. The next tick is on the old
    /// schedule.
    Skip,
}

/// How late a task may ask for a tick before [`MissedTickBehavior::Delay`] counts the tick
/// as missed.
const TOLERANCE: Duration = Duration::from_millis(5);

/// Ticks at a steady pace. Made by [`interval`] and [`interval_at`].
#[derive(Debug)]
pub struct Interval {
    delay: Sleep,
    period: Duration,
    missed: MissedTickBehavior,
}

impl Interval {
    /// Waits for the next tick and returns the moment for which it was set.
    ///
    /// # Cancel safety
    /// If you drop this future before it is ready, the next call returns the
    /// same tick.
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|context| self.poll_tick(context)).await
    }

    /// [`tick`](Self::tick), for use in a `poll` function.
    pub fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        let look = || Pin::new(&mut self.delay).poll(context);
        ready!(taskdump::as_timer(TimerKind::Interval, look));
        let tick = self.delay.deadline();
        let next = self.after(tick, Instant::now());
        self.delay.reset(next);
        Poll::Ready(tick)
    }

    // ANCHOR: after
    /// The tick that follows `tick`, which the task received at `now`.
    fn after(&self, tick: Instant, now: Instant) -> Instant {
        let on_schedule = tick.later(self.period);
        match self.missed {
            MissedTickBehavior::Delay if on_schedule <= now || now - tick > TOLERANCE => {
                now.later(self.period)
            }
            MissedTickBehavior::Skip if on_schedule <= now => {
                let late = (now - tick).as_nanos() % self.period.as_nanos();
                // This fits because it is shorter than the period. A period of
                // more than 584 years saturates.
                let late = Duration::from_nanos(u64::try_from(late).unwrap_or(u64::MAX));
                now.later(self.period) - late
            }
            _ => on_schedule,
        }
    }
    // ANCHOR_END: after

    /// Starts again: the next tick comes one period from now.
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// Starts again: the next tick comes at once.
    pub fn reset_immediately(&mut self) {
        self.reset_at(Instant::now());
    }

    /// Starts again: the next tick comes after `delay`.
    pub fn reset_after(&mut self, delay: Duration) {
        self.reset_at(Instant::after(delay));
    }

    /// Starts again: the next tick comes at `start`, as in [`interval_at`].
    ///
    /// ```
    /// use wakeful::time::{self, Duration, Instant};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     time::pause();
    ///     let (start, second) = (Instant::now(), Duration::from_secs(1));
    ///     let mut ticks = time::interval(second);
    ///     ticks.reset_at(start + 5 * second);
    ///     assert_eq!(ticks.tick().await, start + 5 * second);
    ///     assert_eq!(ticks.tick().await, start + 6 * second);
    ///     ticks.reset_immediately();
    ///     let again = ticks.tick().await;
    ///     assert!(again < start + 7 * second);
    ///     ticks.reset_after(3 * second);
    ///     assert!(ticks.tick().await >= again + 3 * second);
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn reset_at(&mut self, start: Instant) {
        self.delay.reset(start);
    }

    /// The time between two ticks.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// What the interval does about missed ticks.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Sets what the interval does about missed ticks.
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }
}
