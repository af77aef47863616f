//! The reactor: it waits for socket events and collects the wakers of the tasks
//! that wait for them.
//!
//! | module | holds |
//! |---|---|
//! | this one | [`Reactor`], which waits, and the `ScheduledIo` of each registered object, by token |
//! | `handle` | [`Handle`], through which every thread registers and wakes the reactor |
//! | `scheduled_io` | the readiness of one registered object, and its waiters |
//! | `registered` | an I/O object together with its `ScheduledIo` |
//! | `transfer` | reading and writing such an object by the traits of `futures-io` |
//! | `ready`, `interest` | the kinds of readiness, and what to wait for |
//! | `timer_fd` | timeouts finer than the selector's |
//! | `selector_waker` | ends the wait from another thread |
//!
//! One event takes this way:
//! 1. [`Reactor::turn`] gets the event from the selector, with a token.
//! 2. `RegistrationSet::get` finds the `ScheduledIo` for the token.
//! 3. [`ScheduledIo::set_ready`] sets its flags and takes the wakers of its waiters.
//! 4. The driver wakes them after `turn` has returned, under no lock.
//! 5. The task polls, and [`Registered`] tries the operation.
//!
//! Each object is registered once, edge-triggered, for both directions.

mod handle;
mod interest;
mod ready;
mod registered;
mod scheduled_io;
mod selector_waker;
mod timer_fd;
mod transfer;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use handle::Handle;
pub use interest::Interest;
pub use ready::Ready;
pub(crate) use registered::Registered;
#[cfg(unix)]
pub(crate) use scheduled_io::ReadyEvent;
pub(crate) use scheduled_io::{Direction, ScheduledIo, ScheduledIoState};
pub(crate) use transfer::async_read;

use crate::primitives::lock;
use mio::{Events, Poll, Token};
use slab::Slab;
use std::{io, sync::Arc, task::Waker, time::Duration};
use timer_fd::TimerFd;

const SELECTOR_WAKER: Token = Token(usize::MAX);
const TIMER_FD: Token = Token(usize::MAX - 1);

const EVENTS_PER_TURN: usize = 1024;

/// Half of a token's bits hold the index in the slab, half the generation.
const HALF: u32 = usize::BITS / 2;
const INDEX_MASK: usize = (1 << HALF) - 1;

/// The part of the reactor that waits for events. The other part, the [`Handle`],
/// registers sources. In a runtime of one thread, the thread owns the `Reactor`. In a
/// multi-thread runtime, the worker that holds the driver lock uses it.
pub(crate) struct Reactor {
    poll: Poll,
    events: Events,
    timer_fd: TimerFd,
    handle: Arc<Handle>,
}

impl Reactor {
    pub(crate) fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let handle = Arc::new(Handle::new(poll.registry())?);
        Ok(Self {
            events: Events::with_capacity(EVENTS_PER_TURN),
            timer_fd: TimerFd::new(poll.registry(), TIMER_FD)?,
            poll,
            handle,
        })
    }

    pub(crate) fn handle(&self) -> &Arc<Handle> {
        &self.handle
    }

    // ANCHOR: turn
    /// Waits for events for at most `timeout`. Moves the wakers of the tasks
    /// that wait for them into `wakers`. The caller wakes them.
    pub(crate) fn turn(
        &mut self,
        timeout: Option<Duration>,
        wakers: &mut Vec<Waker>,
    ) -> io::Result<()> {
        let timeout = self.timer_fd.arm(timeout)?;
        match self.poll.poll(&mut self.events, timeout) {
            Ok(()) => {}
            // A signal interrupted the wait. The caller may wait again.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        }
        let registrations = lock(&self.handle.registrations);
        for event in &self.events {
            // Two tokens have no `ScheduledIo`: those of the waker and of the timer
            // descriptor, which only end the wait. And a registration may be gone already.
            if let Some(scheduled_io) = registrations.get(event.token()) {
                scheduled_io.set_ready(Ready::of_event(event), wakers);
            }
        }
        Ok(())
    }
    // ANCHOR_END: turn

    /// [`turn`](Self::turn) in the loop of an executor, which cannot go on without
    /// events.
    ///
    /// # Panics
    /// If the selector is broken, so that no task would be woken any more.
    pub(crate) fn poll_events(&mut self, timeout: Option<Duration>, wakers: &mut Vec<Waker>) {
        // In shuttle's tests, this thread first waits in shuttle, so that the schedule can
        // run other threads.
        #[cfg(shuttle)]
        let timeout = self.wait(timeout);
        if let Err(error) = self.turn(timeout, wakers) {
            panic!("waiting for events failed: {error}");
        }
    }

    /// Refuses new registrations and moves the wakers of all waiters into
    /// `wakers`. From now on every wait returns an error.
    pub(crate) fn close(&mut self, wakers: &mut Vec<Waker>) {
        let mut registrations = lock(&self.handle.registrations);
        registrations.close();
        for scheduled_io in registrations.iter() {
            scheduled_io.set_ready(Ready::SHUTDOWN, wakers);
        }
    }
}

/// The `ScheduledIo` of each registered object, by token.
///
/// A token holds an index and a generation. The index may be in use again when an
/// old event arrives. Its generation differs then, so the event finds no `ScheduledIo`.
/// The slab and each owner share a `ScheduledIo` by `Arc`, so an event that arrives while
/// the owner drops its object is safe.
#[derive(Default)]
struct RegistrationSet {
    slab: Slab<(usize, Arc<ScheduledIo>)>,
    generation: usize,
    closed: bool,
}

impl RegistrationSet {
    fn add(&mut self, scheduled_io: Arc<ScheduledIo>) -> io::Result<Token> {
        if self.closed {
            return Err(io::Error::other(
                "cannot open a socket here: the runtime is shutting down",
            ));
        }
        // The last two tokens belong to the selector's waker and the timer.
        if self.slab.len() >= INDEX_MASK - 1 {
            return Err(io::Error::other(
                "the reactor watches as many sockets as it can: close some first",
            ));
        }
        self.generation = (self.generation + 1) & INDEX_MASK;
        let index = self.slab.insert((self.generation, scheduled_io));
        Ok(Token(self.generation << HALF | index))
    }

    fn get(&self, token: Token) -> Option<&Arc<ScheduledIo>> {
        let (generation, scheduled_io) = self.slab.get(token.0 & INDEX_MASK)?;
        (*generation == token.0 >> HALF).then_some(scheduled_io)
    }

    fn remove(&mut self, token: Token) -> Option<Arc<ScheduledIo>> {
        self.get(token)?;
        Some(self.slab.remove(token.0 & INDEX_MASK).1)
    }

    fn iter(&self) -> impl Iterator<Item = &ScheduledIo> {
        self.slab
            .iter()
            .map(|(_, (_, scheduled_io))| &**scheduled_io)
    }

    /// Refuses every later [`add`](Self::add).
    fn close(&mut self) {
        self.closed = true;
    }
}
