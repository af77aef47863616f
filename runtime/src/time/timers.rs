//! The timers of one core, or of one pool: a clock, a wheel under a lock, and the deadline
//! until which the reactor sleeps.

use super::{
    clock::{Clock, saturating_nanos},
    wheel::{Key, Wheel},
};
use crate::{
    primitives::{AtomicU64, AtomicUsize, Mutex, lock},
    reactor,
    time::Instant,
    unwind::wake,
};
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll, Waker},
    time::Duration,
};

const TICK_BITS: u32 = 16;

pub(crate) struct Timers {
    clock: Clock,
    wheel: Mutex<State>,
    /// The clock when it was last read by a turn: a clock that costs nothing.
    last_turn: AtomicU64,
    /// How often a thread has gone to sleep on the reactor.
    sleeps: AtomicU64,
    /// How many timers there are, to be seen without the lock.
    set: AtomicUsize,
    reactor: Arc<reactor::Shared>,
}

struct State {
    wheel: Wheel,
    /// While the reactor sleeps: the tick at which it will wake by itself.
    /// Only a timer before that has to ring. A runtime of one thread rings for
    /// none of its own: it is not asleep.
    asleep_until: Option<u64>,
    /// Nobody watches the wheel any more.
    closed: bool,
}

/// The runtime has ended, and the timer will not fire.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// Rounded up: a timer is never early. But for what lies beyond the clock's 584
/// years: that fires on the last tick there is.
fn tick_of_deadline(nanos: u64) -> u64 {
    nanos.div_ceil(1 << TICK_BITS).min(u64::MAX >> TICK_BITS)
}

fn tick_of_now(nanos: u64) -> u64 {
    nanos >> TICK_BITS
}

fn nanos_of_tick(tick: u64) -> u64 {
    tick.saturating_mul(1 << TICK_BITS)
}

impl State {
    /// What is known of a timer: that it has fired, or that it never will.
    fn outcome(&self, key: &Key) -> Option<Result<(), Gone>> {
        if self.wheel.has_fired(key) {
            return Some(Ok(()));
        }
        self.closed.then_some(Err(Gone))
    }
}

impl Timers {
    pub(crate) fn new(reactor: Arc<reactor::Shared>, paused: bool) -> Self {
        Self {
            clock: Clock::new(paused),
            wheel: Mutex::new(State {
                wheel: Wheel::new(),
                asleep_until: None,
                closed: false,
            }),
            last_turn: AtomicU64::new(0),
            sleeps: AtomicU64::new(0),
            set: AtomicUsize::new(0),
            reactor,
        }
    }

    /// The time in nanoseconds, as of the last turn that looked: when a task was
    /// born. Without the feature `trace`, which tells that, nobody looks.
    pub(crate) fn last_turn(&self) -> u64 {
        if !cfg!(feature = "trace") {
            return 0;
        }
        // Ordering: Relaxed; a number that orders nothing.
        self.last_turn.load(Relaxed)
    }

    /// Has [`last_turn`](Self::last_turn) go on without a turn.
    pub(crate) fn note_time(&self) {
        // Ordering: Relaxed; as in `last_turn`.
        self.last_turn.store(self.clock.nanos(), Relaxed);
    }

    /// How often a thread has gone to sleep on the reactor.
    pub(crate) fn sleeps(&self) -> u64 {
        self.sleeps.load(Relaxed)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Sets a timer that wakes `context`, unless its time has come already.
    pub(crate) fn insert(
        &self,
        deadline: Instant,
        context: &Context<'_>,
    ) -> (Key, Poll<Result<(), Gone>>) {
        let tick = tick_of_deadline(self.clock.nanos_of(deadline));
        // A stranger's code: not under the lock.
        let waker = context.waker().clone();
        let mut state = lock(&self.wheel);
        let key = state.wheel.insert(tick);
        self.count(&state);
        if let Some(outcome) = state.outcome(&key) {
            drop(state);
            return (key, Poll::Ready(outcome));
        }
        *state.wheel.waker(&key) = Some(waker);
        let sooner = state.asleep_until.is_some_and(|until| tick < until);
        drop(state);
        if sooner {
            self.reactor.ring();
        }
        (key, Poll::Pending)
    }

    pub(crate) fn poll(&self, key: &Key, context: &Context<'_>) -> Poll<Result<(), Gone>> {
        let mut state = lock(&self.wheel);
        if let Some(outcome) = state.outcome(key) {
            return Poll::Ready(outcome);
        }
        let known = state.wheel.waker(key).as_ref();
        if known.is_some_and(|old| old.will_wake(context.waker())) {
            return Poll::Pending;
        }
        // A waker's clone and drop are a stranger's code: not under the lock.
        drop(state);
        let waker = context.waker().clone();
        let mut state = lock(&self.wheel);
        if let Some(outcome) = state.outcome(key) {
            drop(state);
            return Poll::Ready(outcome);
        }
        let old = state.wheel.waker(key).replace(waker);
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// Has a timer fire at another moment, and wake whom it would have woken.
    pub(crate) fn reset(&self, key: &Key, deadline: Instant) {
        let tick = tick_of_deadline(self.clock.nanos_of(deadline));
        let mut state = lock(&self.wheel);
        if state.closed {
            // Who waits has been woken, to find that.
            return;
        }
        state.wheel.reset(key, tick);
        let due = state.wheel.has_fired(key);
        let waker = if due {
            state.wheel.waker(key).take()
        } else {
            None
        };
        let sooner = !due && state.asleep_until.is_some_and(|until| tick < until);
        drop(state);
        waker.into_iter().for_each(wake);
        if sooner {
            self.reactor.ring();
        }
    }

    pub(crate) fn remove(&self, key: &Key) {
        let mut state = lock(&self.wheel);
        let waker = state.wheel.remove(key);
        self.count(&state);
        drop(state);
        drop(waker);
    }

    fn count(&self, state: &State) {
        // Ordering: Relaxed, under the lock; see `is_bare`.
        self.set.store(state.wheel.len(), Relaxed);
    }

    /// Whether no timer is set, and none can be due. One that another thread is
    /// setting is seen at the next look, or in the next sleep.
    pub(crate) fn is_bare(&self) -> bool {
        // Ordering: Relaxed; what is there is found under the lock.
        self.set.load(Relaxed) == 0
    }

    /// The reactor is about to sleep: for how long it may.
    pub(crate) fn before_sleep(&self) -> Option<Duration> {
        // Ordering: as in `last_turn`; only who watches writes.
        self.sleeps.store(self.sleeps() + 1, Relaxed);
        let mut state = lock(&self.wheel);
        let next = state.wheel.next();
        state.asleep_until = Some(next.unwrap_or(u64::MAX));
        drop(state);
        let next = nanos_of_tick(next?);
        Some(Duration::from_nanos(
            next.saturating_sub(self.clock.nanos()),
        ))
    }

    /// The reactor woke, or was only asked: moves the wakers of what is due
    /// into `wakers`.
    pub(crate) fn fire(&self, wakers: &mut Vec<Waker>) {
        let mut state = lock(&self.wheel);
        state.asleep_until = None;
        let now = self.clock.nanos();
        // Ordering: as in `last_turn`.
        self.last_turn.store(now, Relaxed);
        state.wheel.advance(tick_of_now(now), wakers);
    }

    /// The runtime has ended. Wakes who waits, to find that.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.wheel);
        state.closed = true;
        let waiting = state.wheel.take_wakers();
        drop(state);
        waiting.into_iter().for_each(wake);
    }

    /// Moves a paused clock to the next deadline. False if there is none.
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

    /// The deadlines of what has not fired, for the inspector.
    pub(crate) fn inspect(&self) -> Vec<Instant> {
        let state = lock(&self.wheel);
        let ticks = state.wheel.deadlines();
        ticks
            .map(|tick| self.clock.instant(nanos_of_tick(tick)))
            .collect()
    }
}
