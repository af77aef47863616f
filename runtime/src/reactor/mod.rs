//! The reactor: one mio poll, a slab of sources, and a bell.
//!
//! - [`source`]: what one source is ready for, and who waits for it.
//! - [`registered`]: an I/O object together with its source.
//! - [`transfer`]: reading and writing it, by the traits of `futures-io`.
//! - [`flags`]: the kinds of readiness.
//! - [`alarm`]: waking up finer than the selector counts.
//! - [`bell`]: being woken by another thread.
//!
//! Sources are registered once, edge-triggered, for both directions. A token
//! holds the source's place in the slab and a generation, so that an event
//! that was on its way when the place changed hands reaches nobody. What a
//! token finds is counted, not owned: an event for a source that is being
//! dropped, or could not be deregistered, has nothing to dangle from.

mod alarm;
mod bell;
mod flags;
mod registered;
mod source;
mod transfer;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use flags::Flags;
pub(crate) use registered::Registered;
#[cfg(unix)]
pub(crate) use source::Seen;
pub(crate) use source::{Direction, Source};
pub(crate) use transfer::async_read;

use crate::{
    fork,
    inspect::SourceInfo,
    primitives::{Mutex, lock},
};
use alarm::Alarm;
use bell::Bell;
use mio::{Events, Interest, Poll, Registry, Token, event};
use slab::Slab;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Wake, Waker},
    time::Duration,
};

const BELL: Token = Token(usize::MAX);
const ALARM: Token = Token(usize::MAX - 1);

/// Half of a token is the place in the slab, half the generation.
const HALF: u32 = usize::BITS / 2;
const LOW: usize = (1 << HALF) - 1;

const EVENTS_A_TURN: usize = 1024;

/// The part that waits. A core's own thread has it; in a pool, whoever has the
/// watch.
pub(crate) struct Reactor {
    poll: Poll,
    events: Events,
    alarm: Alarm,
    shared: Arc<Shared>,
}

/// The part that everyone reaches.
pub(crate) struct Shared {
    registry: Registry,
    bell: Bell,
    sources: Mutex<Sources>,
    /// How many sources there are, to be seen without the lock.
    registered: AtomicUsize,
    born: fork::Generation,
}

#[derive(Default)]
struct Sources {
    slab: Slab<(usize, Arc<Source>)>,
    generation: usize,
    closed: bool,
}

impl Sources {
    fn add(&mut self, source: Arc<Source>) -> io::Result<Token> {
        if self.closed {
            return Err(io::Error::other(
                "cannot open a socket here: the runtime is shutting down",
            ));
        }
        // The last places are the bell's and the alarm's.
        if self.slab.len() >= LOW - 1 {
            return Err(io::Error::other("the reactor has no place left"));
        }
        self.generation = (self.generation + 1) & LOW;
        let key = self.slab.insert((self.generation, source));
        Ok(Token(self.generation << HALF | key))
    }

    fn get(&self, token: Token) -> Option<&Arc<Source>> {
        let (generation, source) = self.slab.get(token.0 & LOW)?;
        (*generation == token.0 >> HALF).then_some(source)
    }

    fn remove(&mut self, token: Token) -> Option<Arc<Source>> {
        self.get(token)?;
        Some(self.slab.remove(token.0 & LOW).1)
    }
}

impl Reactor {
    pub(crate) fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let shared = Arc::new(Shared {
            registry: poll.registry().try_clone()?,
            bell: Bell::new(poll.registry(), BELL)?,
            sources: Mutex::default(),
            registered: AtomicUsize::new(0),
            born: fork::Generation::now(),
        });
        Ok(Self {
            poll,
            events: Events::with_capacity(EVENTS_A_TURN),
            alarm: Alarm::new(&shared.registry, ALARM)?,
            shared,
        })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    // ANCHOR: turn
    /// Waits for events, at most for `timeout`. Moves the wakers of the tasks
    /// that wait for them into `wakers`. The caller wakes them.
    pub(crate) fn turn(
        &mut self,
        timeout: Option<Duration>,
        wakers: &mut Vec<Waker>,
    ) -> io::Result<()> {
        let timeout = self.alarm.arm(timeout)?;
        match self.poll.poll(&mut self.events, timeout) {
            Ok(()) => {}
            // A signal interrupted the wait. The caller may wait again.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        }
        let sources = lock(&self.shared.sources);
        for event in &self.events {
            // An event without a source only had to end the wait, or its
            // source is already gone.
            if let Some(source) = sources.get(event.token()) {
                source.set(Flags::of(event), wakers);
            }
        }
        Ok(())
    }
    // ANCHOR_END: turn

    /// No event will come any more: moves everyone who waits for one into
    /// `wakers`.
    pub(crate) fn close(&mut self, wakers: &mut Vec<Waker>) {
        let mut sources = lock(&self.shared.sources);
        sources.closed = true;
        for (_, (_, source)) in &sources.slab {
            source.set(Flags::SHUTDOWN, wakers);
        }
    }
}

/// Rings.
impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.ring();
    }
}

impl Shared {
    /// Ends the current wait of the reactor, or the next one.
    pub(crate) fn ring(&self) {
        self.bell.ring();
    }

    /// Waits as [`Reactor::turn`] does, in a model.
    #[cfg(all(test, loom))]
    pub(crate) fn wait(&self) {
        self.bell.wait();
    }

    /// When it was made, as forks count time.
    pub(crate) fn born(&self) -> fork::Generation {
        self.born
    }

    fn register(
        &self,
        io: &mut impl event::Source,
        interest: Interest,
        source: &Arc<Source>,
    ) -> io::Result<Token> {
        let mut sources = lock(&self.sources);
        let token = sources.add(Arc::clone(source))?;
        self.count(&sources);
        drop(sources);
        if let Err(error) = self.registry.register(io, token, interest) {
            self.forget(token);
            return Err(error);
        }
        Ok(token)
    }

    fn deregister(&self, io: &mut impl event::Source, token: Token) {
        // If the kernel refuses, events may still come; their token finds
        // nothing.
        let _ = self.registry.deregister(io);
        self.forget(token);
    }

    fn forget(&self, token: Token) {
        let mut sources = lock(&self.sources);
        let source = sources.remove(token);
        self.count(&sources);
        drop(sources);
        drop(source);
    }

    fn count(&self, sources: &Sources) {
        // Ordering: Relaxed, under the lock; see `is_bare`.
        self.registered.store(sources.slab.len(), Relaxed);
    }

    /// Whether nothing is registered, and a look without waiting could find
    /// nothing. A source that another thread is registering is seen at the next
    /// look, or in the next sleep.
    pub(crate) fn is_bare(&self) -> bool {
        // Ordering: Relaxed; what is there is found under the lock.
        self.registered.load(Relaxed) == 0
    }

    /// What is registered now, for the inspector.
    pub(crate) fn inspect(&self) -> Vec<SourceInfo> {
        let sources = lock(&self.sources);
        let each = sources.slab.iter();
        each.map(|(key, (_, source))| SourceInfo::new(key, source))
            .collect()
    }
}
