//! Exercise `reactor/reactor`: it waits for sockets, and wakes the tasks that wait for
//! them.
//!
//! Your executor sleeps in `park`, so this reactor has a thread of its own. That thread
//! notes events, while the thread of your executor looks at the flags and clears them.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use mio::event::Source as IoSource;
use mio::{Events, Interest, Registry, Token};
use slab::Slab;

/// One of the two directions of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Bytes arrive, or a listener has a connection.
    Read,
    /// The socket takes bytes, or its connection is established.
    Write,
}

/// What a reactor knows about one socket.
struct Source {
    generation: usize,
    sides: [Side; 2],
}

/// One direction of a source.
#[derive(Default)]
struct Side {
    /// It is worth trying.
    ready: bool,
    /// The number of events so far.
    tick: u64,
    /// The task that waits for the next event.
    waiting: Option<Waker>,
}

/// All sources, and the generation of the latest one.
#[derive(Default)]
struct Sources {
    all: Slab<Source>,
    generation: usize,
}

/// A token consists of two halves: the place of the source, and its generation.
const HALF: u32 = usize::BITS / 2;

impl Sources {
    /// Adds a source, and returns its token. A generation comes again only after as many
    /// registrations as fit into half a token.
    fn insert(&mut self) -> Token {
        self.generation = self.generation.wrapping_add(1) & (usize::MAX >> HALF);
        let source = Source { generation: self.generation, sides: Default::default() };
        Token(self.generation << HALF | self.all.insert(source))
    }

    /// The source with this token, unless it is gone.
    fn get(&mut self, token: Token) -> Option<&mut Source> {
        // Write this part: an event of a source that is gone must find nothing.
        let _ = |source: &Source| source.generation;
        self.all.get_mut(token.0 & (usize::MAX >> HALF))
    }

    /// Removes the source with this token, and returns it.
    fn remove(&mut self, token: Token) -> Option<Source> {
        self.get(token)?;
        self.all.try_remove(token.0 & (usize::MAX >> HALF))
    }
}

impl Side {
    /// Notes an event. Returns the waker of the task that waits for it.
    fn set_ready(&mut self) -> Option<Waker> {
        let _ = (self.ready, self.tick, &self.waiting);
        todo!("set the flag, count the event, and take the waker")
    }

    /// Returns the tick if the side is ready. If it is not, exchanges the two wakers, so
    /// that the side has the new one and the caller can drop the old one.
    fn ready_or_wait(&mut self, waker: &mut Option<Waker>) -> Option<u64> {
        let _ = waker;
        todo!("return the tick, or leave the waker")
    }

    /// The socket has answered `WouldBlock`, after the event with this tick.
    fn clear_ready(&mut self, tick: u64) {
        let _ = (tick, self.tick);
        todo!("clear the flag, unless another event has come")
    }
}

/// Waits for the events of many sockets. This is a handle, and its clones belong to the
/// same reactor.
#[derive(Clone)]
pub struct Reactor {
    shared: Arc<Shared>,
}

struct Shared {
    poll: Mutex<(mio::Poll, Events)>,
    registry: Registry,
    sources: Mutex<Sources>,
}

/// Wakes a task. This is foreign code, and its panic must not end the reactor's thread.
fn wake(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        // The destructor of this value is foreign code, too.
        mem::forget(panic);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Reactor {
    /// Creates a reactor that no thread turns.
    pub fn new() -> io::Result<Reactor> {
        let poll = mio::Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let poll = Mutex::new((poll, Events::with_capacity(1024)));
        let sources = Mutex::default();
        Ok(Reactor { shared: Arc::new(Shared { poll, registry, sources }) })
    }

    /// The reactor of this program. The first call creates it, and starts its thread.
    ///
    /// # Panics
    ///
    /// If the system has no more descriptors or threads.
    pub fn global() -> &'static Reactor {
        static REACTOR: OnceLock<Reactor> = OnceLock::new();
        REACTOR.get_or_init(|| {
            let reactor = Reactor::new().expect("there are descriptors");
            let turning = reactor.clone();
            let turn = move || {
                while let Ok(()) = turning.turn(None) {}
            };
            let thread = thread::Builder::new().name("reactor".into()).spawn(turn);
            thread.expect("there are threads");
            reactor
        })
    }

    /// Waits for events, at most as long as `timeout`, and wakes the tasks that wait for
    /// them.
    pub fn turn(&self, timeout: Option<Duration>) -> io::Result<()> {
        let (poll, events) = &mut *lock(&self.shared.poll);
        match poll.poll(events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        for event in &*events {
            let failed = event.is_error();
            let read = event.is_readable() || event.is_read_closed() || failed;
            let write = event.is_writable() || event.is_write_closed() || failed;
            let _ = (Side::set_ready, wake);
            todo!(
                "find the source of {:?}, set its sides ready (read: {read}, write: {write}), \
                 and wake its tasks without the lock",
                event.token()
            )
        }
        Ok(())
    }

    /// Watches a non-blocking socket until the returned value is dropped.
    pub fn register<S: IoSource>(&self, mut io: S) -> io::Result<Registered<S>> {
        let token = lock(&self.shared.sources).insert();
        let both = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.shared.registry.register(&mut io, token, both) {
            let source = lock(&self.shared.sources).remove(token);
            drop(source);
            return Err(error);
        }
        Ok(Registered { io, token, reactor: self.clone() })
    }
}

/// A socket that a reactor watches.
pub struct Registered<S: IoSource> {
    io: S,
    token: Token,
    reactor: Reactor,
}

impl<S: IoSource> Registered<S> {
    /// Tries `operation` each time the socket is ready, until it does not return
    /// `WouldBlock` or `Interrupted`.
    ///
    /// One task can wait in each direction.
    pub fn poll_io<T>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        let _ = (cx.waker(), operation(&self.io), ErrorKind::WouldBlock);
        let _ = self.with(direction, |side| side.clear_ready(0));
        let _ = Side::ready_or_wait;
        todo!("look or wait, then try, then clear the flag if there was nothing to do")
    }

    /// Runs `action` with one side of this socket, under the lock.
    fn with<R>(
        &self,
        direction: Direction,
        action: impl FnOnce(&mut Side) -> R,
    ) -> Option<R> {
        let mut sources = lock(&self.reactor.shared.sources);
        let source = sources.get(self.token)?;
        Some(action(&mut source.sides[direction as usize]))
    }

    /// As `poll_io`, but to be awaited. If the future is dropped, the operation has not
    /// happened.
    pub async fn io<T>(
        &self,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        poll_fn(|cx| self.poll_io(cx, direction, &mut operation)).await
    }

    /// The socket itself.
    pub fn get_ref(&self) -> &S {
        &self.io
    }
}

impl<S: IoSource> Drop for Registered<S> {
    fn drop(&mut self) {
        // If this fails, the system has already forgotten the socket.
        let _ = self.reactor.shared.registry.deregister(&mut self.io);
        // The source may hold a waker, so it is dropped without the lock.
        let source = lock(&self.reactor.shared.sources).remove(self.token);
        drop(source);
    }
}
