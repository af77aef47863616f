//! Ticking at a steady pace.

use super::{Instant, Sleep, sleep_until};
use crate::trace::{self, TimerKind};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// Ticks at once, and then every `period`.
///
/// # Panics
/// If `period` is zero, and as [`sleep`](super::sleep()).
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

/// Ticks at `start`, and then every `period`.
///
/// # Panics
/// If `period` is zero, and as [`sleep`](super::sleep()).
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(!period.is_zero(), "an interval's period must not be zero");
    Interval {
        delay: sleep_until(start),
        period,
        missed: MissedTickBehavior::default(),
    }
}

/// What an [`Interval`] does when a tick was waited for too late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissedTickBehavior {
    /// The missed ticks come one after another without a pause, until the
    /// beat is caught up with.
    #[default]
    Burst,
    /// The next tick comes a period after this one: the beat moves.
    Delay,
    /// The missed ticks are left out, and the next is on the old beat.
    Skip,
}

/// Ticks at a steady pace; see [`interval`].
#[derive(Debug)]
pub struct Interval {
    delay: Sleep,
    period: Duration,
    missed: MissedTickBehavior,
}

impl Interval {
    /// Waits for the next tick, and says for which moment it was set.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the tick has not been consumed.
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|context| self.poll_tick(context)).await
    }

    /// [`tick`](Self::tick), for use in a `poll` function.
    pub fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        let look = || Pin::new(&mut self.delay).poll(context);
        ready!(trace::as_timer(TimerKind::Interval, look));
        let tick = self.delay.deadline();
        let next = self.after(tick, Instant::now());
        self.delay.reset(next);
        Poll::Ready(tick)
    }

    fn after(&self, tick: Instant, now: Instant) -> Instant {
        let on_beat = tick.later(self.period);
        if on_beat > now {
            return on_beat;
        }
        match self.missed {
            MissedTickBehavior::Burst => on_beat,
            MissedTickBehavior::Delay => now.later(self.period),
            MissedTickBehavior::Skip => {
                let late = (now - tick).as_nanos() % self.period.as_nanos();
                // Less than the period, which fits if it is sensible at all.
                let late = Duration::from_nanos(u64::try_from(late).unwrap_or(u64::MAX));
                now.later(self.period) - late
            }
        }
    }

    /// Begins anew: the next tick comes a period from now.
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// Begins anew: the next tick comes at once.
    pub fn reset_immediately(&mut self) {
        self.reset_at(Instant::now());
    }

    /// Begins anew: the next tick comes after `delay`.
    pub fn reset_after(&mut self, delay: Duration) {
        self.reset_at(Instant::after(delay));
    }

    /// Begins anew: the next tick comes at `start`, as from
    /// [`interval_at`].
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
    ///     let anew = ticks.tick().await;
    ///     assert!(anew < start + 7 * second);
    ///     ticks.reset_after(3 * second);
    ///     assert!(ticks.tick().await >= anew + 3 * second);
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

    /// What happens to ticks that were waited for too late.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Sets what happens to ticks that were waited for too late.
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }
}
