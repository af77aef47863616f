//! The timers of one thread or of one multi-thread runtime: the clock, the wheel behind a lock,
//! and the tick at which the parked driver wakes by itself.
//!
//! Setting a timer and parking race, and the lock orders them. Either the
//! driver's [`Timers::before_park`] comes second and sees the timer, or
//! [`Timers::insert`] comes second and sees `parked_until`. Then it ends the
//! driver's wait if the timer is due earlier.

#[cfg(all(any(test, fuzzing), not(loom)))]
pub(crate) mod fuzz;
mod wheel;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use wheel::Key;

use crate::{
    clock::{Clock, Instant, saturating_nanos},
    primitives::{AtomicU64, AtomicUsize, Mutex, lock},
    reactor,
    unwind::wake,
};
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll, Waker},
    time::Duration,
};
use wheel::Wheel;

/// A tick is 2^16 ns, which is 65.5 µs. The wheel's levels cover the other bits of a time.
const TICK_BITS: u32 = 16;

/// The length of a tick. A timer fires at the end of the tick in which it is due.
pub(crate) const TICK: Duration = Duration::from_nanos(1 << TICK_BITS);

pub(crate) struct Timers {
    clock: Clock,
    wheel: Mutex<LockedWheel>,
    /// The time of the driver's last turn. Reading this is much cheaper than
    /// reading the clock.
    last_turn: AtomicU64,
    /// How many times a thread has parked on the reactor.
    park_count: AtomicU64,
    /// The number of timers, readable without the lock.
    set: AtomicUsize,
    reactor: Arc<reactor::Handle>,
}

struct LockedWheel {
    wheel: Wheel,
    /// While the driver is parked, the tick at which it wakes by itself. Only a
    /// timer that is due before that tick has to end that. A timer that a
    /// runtime's only thread sets never has to, because that thread is awake.
    parked_until: Option<u64>,
    /// The runtime has ended, so no thread advances the wheel any more.
    closed: bool,
}

/// The runtime has ended, so the timer will not fire.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RuntimeGone;

/// Rounds up, because a timer must never be early. A deadline beyond the clock's
/// 584 years becomes the last tick.
fn tick_of_deadline(nanos: u64) -> u64 {
    nanos.div_ceil(1 << TICK_BITS).min(u64::MAX >> TICK_BITS)
}

fn tick_of_now(nanos: u64) -> u64 {
    nanos >> TICK_BITS
}

fn nanos_of_tick(tick: u64) -> u64 {
    tick.saturating_mul(1 << TICK_BITS)
}

impl LockedWheel {
    /// The final result of a timer, if it is known: the timer has fired, or it
    /// never will.
    fn result(&self, key: &Key) -> Option<Result<(), RuntimeGone>> {
        if self.wheel.has_fired(key) {
            return Some(Ok(()));
        }
        self.closed.then_some(Err(RuntimeGone))
    }
}

impl Timers {
    pub(crate) fn new(reactor: Arc<reactor::Handle>, paused: bool) -> Self {
        Self {
            clock: Clock::new(paused),
            wheel: Mutex::new(LockedWheel {
                wheel: Wheel::new(),
                parked_until: None,
                closed: false,
            }),
            last_turn: AtomicU64::new(0),
            park_count: AtomicU64::new(0),
            set: AtomicUsize::new(0),
            reactor,
        }
    }

    /// The time of the driver's last turn, in nanoseconds. A new task keeps it as
    /// the time of its spawn. Only the feature `taskdump` reports that, so without the
    /// feature this is 0.
    pub(crate) fn last_turn(&self) -> u64 {
        if !cfg!(feature = "taskdump") {
            return 0;
        }
        // Ordering: Relaxed. The number publishes nothing else.
        self.last_turn.load(Relaxed)
    }

    /// Updates [`last_turn`](Self::last_turn) without a turn.
    pub(crate) fn update_last_turn(&self) {
        // Ordering: Relaxed, as in `last_turn`.
        self.last_turn.store(self.clock.nanos(), Relaxed);
    }

    /// How many times a thread has parked on the reactor.
    pub(crate) fn park_count(&self) -> u64 {
        self.park_count.load(Relaxed)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Sets a timer that wakes the task of `context`. If the deadline has passed,
    /// the timer is ready at once.
    pub(crate) fn insert(
        &self,
        deadline: Instant,
        context: &Context<'_>,
    ) -> (Key, Poll<Result<(), RuntimeGone>>) {
        let tick = tick_of_deadline(self.clock.nanos_of(deadline));
        // Cloning a waker runs user code, so it happens outside the lock.
        let waker = context.waker().clone();
        let mut locked = lock(&self.wheel);
        let key = locked.wheel.insert(tick);
        self.count(&locked);
        if let Some(result) = locked.result(&key) {
            drop(locked);
            return (key, Poll::Ready(result));
        }
        *locked.wheel.waker(&key) = Some(waker);
        let sooner = locked.parked_until.is_some_and(|until| tick < until);
        drop(locked);
        if sooner {
            self.reactor.unpark();
        }
        (key, Poll::Pending)
    }

    pub(crate) fn poll(&self, key: &Key, context: &Context<'_>) -> Poll<Result<(), RuntimeGone>> {
        let mut locked = lock(&self.wheel);
        if let Some(result) = locked.result(key) {
            return Poll::Ready(result);
        }
        let known = locked.wheel.waker(key).as_ref();
        if known.is_some_and(|old| old.will_wake(context.waker())) {
            return Poll::Pending;
        }
        // Cloning and dropping a waker run user code, so both happen outside
        // the lock. The timer may fire in between, so look again after that.
        drop(locked);
        let waker = context.waker().clone();
        let mut locked = lock(&self.wheel);
        if let Some(result) = locked.result(key) {
            drop(locked);
            return Poll::Ready(result);
        }
        let old = locked.wheel.waker(key).replace(waker);
        drop(locked);
        drop(old);
        Poll::Pending
    }

    /// Moves a timer to another deadline. It keeps its waker.
    pub(crate) fn reset(&self, key: &Key, deadline: Instant) {
        let tick = tick_of_deadline(self.clock.nanos_of(deadline));
        let mut locked = lock(&self.wheel);
        if locked.closed {
            // `close` has woken the task, and its next poll finds that out.
            return;
        }
        locked.wheel.reset(key, tick);
        let due = locked.wheel.has_fired(key);
        let waker = if due {
            locked.wheel.waker(key).take()
        } else {
            None
        };
        let sooner = !due && locked.parked_until.is_some_and(|until| tick < until);
        drop(locked);
        waker.into_iter().for_each(wake);
        if sooner {
            self.reactor.unpark();
        }
    }

    pub(crate) fn remove(&self, key: &Key) {
        let mut locked = lock(&self.wheel);
        let waker = locked.wheel.remove(key);
        self.count(&locked);
        drop(locked);
        drop(waker);
    }

    fn count(&self, locked: &LockedWheel) {
        // Ordering: Relaxed. The lock orders the stores. The partner is the load in
        // `is_empty`, which may read an old value.
        self.set.store(locked.wheel.len(), Relaxed);
    }

    /// Whether no timer is set, so none can be due. If another thread is setting
    /// a timer at this moment, the driver sees it at its next turn or before its
    /// next park.
    pub(crate) fn is_empty(&self) -> bool {
        // Ordering: Relaxed. This is only a hint: it saves a turn, and before a
        // park the driver reads the wheel itself, under the lock.
        self.set.load(Relaxed) == 0
    }

    /// Prepares the driver's park and returns how long it may take. `None` means
    /// that no timer ends it.
    pub(crate) fn before_park(&self) -> Option<Duration> {
        // Ordering: Relaxed, as in `last_turn`. Only the thread that drives the
        // reactor writes it, so a load and a store do not lose a count.
        self.park_count.store(self.park_count() + 1, Relaxed);
        let mut locked = lock(&self.wheel);
        let next = locked.wheel.next();
        locked.parked_until = Some(next.unwrap_or(u64::MAX));
        drop(locked);
        let next = nanos_of_tick(next?);
        Some(Duration::from_nanos(
            next.saturating_sub(self.clock.nanos()),
        ))
    }

    /// Moves the wakers of all due timers to `wakers`. The driver calls this at
    /// the end of each turn, whether it parked or not.
    pub(crate) fn fire(&self, wakers: &mut Vec<Waker>) {
        let mut locked = lock(&self.wheel);
        locked.parked_until = None;
        let now = self.clock.nanos();
        // Ordering: Relaxed, as in `last_turn`.
        self.last_turn.store(now, Relaxed);
        locked.wheel.advance(tick_of_now(now), wakers);
    }

    /// Ends the timers together with their runtime. Wakes every waiting task, so
    /// that its next poll reports [`RuntimeGone`].
    pub(crate) fn close(&self) {
        let mut locked = lock(&self.wheel);
        locked.closed = true;
        let waiting = locked.wheel.take_wakers();
        drop(locked);
        waiting.into_iter().for_each(wake);
    }

    /// Moves a paused clock to the wheel's next work. Returns false if there is
    /// none.
    pub(crate) fn skip_to_next(&self) -> bool {
        let next = lock(&self.wheel).wheel.next();
        if let Some(tick) = next {
            self.clock.advance_to(nanos_of_tick(tick));
        }
        next.is_some()
    }

    /// Moves a paused clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let to = self.clock.nanos().saturating_add(saturating_nanos(by));
        self.clock.advance_to(to);
    }

    /// The deadlines of the timers that have not fired. The inspector shows
    /// them.
    pub(crate) fn deadlines(&self) -> Vec<Instant> {
        let locked = lock(&self.wheel);
        let ticks = locked.wheel.deadlines();
        ticks
            .map(|tick| self.clock.instant(nanos_of_tick(tick)))
            .collect()
    }
}
