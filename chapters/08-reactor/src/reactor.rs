// ANCHOR: head
//! The reactor: it waits for events, and wakes the tasks that wait for them.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::time::Duration;

use executor::discard;
use mio::event::Source as IoSource;
use mio::{Events, Interest, Poll, Registry, Token};

use crate::Sleep;
use crate::source::Sources;
// ANCHOR_END: head

// ANCHOR: reactor
/// Waits for the events of many sockets at once. This is a handle, and its clones
/// belong to the same reactor. Any thread may use it.
#[derive(Clone)]
pub struct Reactor {
    shared: Arc<Shared>,
}

struct Shared {
    /// Only `turn` locks it.
    poll: Mutex<(Poll, Events)>,
    registry: Registry,
    sources: Mutex<Sources>,
    sleep: Sleep,
    /// Ends the sleep of `turn`.
    signal: mio::Waker,
}
// ANCHOR_END: reactor

// ANCHOR: turn
impl Reactor {
    /// Waits for events, at most as long as `timeout`, and wakes the tasks that wait
    /// for them. Does not wait if a task was woken since the last call.
    ///
    /// If another thread is in this call, waits for it first.
    ///
    /// # Errors
    ///
    /// If the selector of the system fails.
    pub fn turn(&self, timeout: Option<Duration>) -> io::Result<()> {
        let shared = &*self.shared;
        let (poll, events) = &mut *lock(&shared.poll);
        let timeout = if shared.sleep.begin() { timeout } else { Some(Duration::ZERO) };
        let polled = poll.poll(events, timeout);
        shared.sleep.interrupt();
        for event in &*events {
            let wakers = lock(&shared.sources)
                .get(event.token())
                .map(|source| source.set_ready(event));
            for waker in wakers.into_iter().flatten().flatten() {
                // Foreign code, which may panic. The other events must not be lost.
                discard(catch_unwind(AssertUnwindSafe(|| waker.wake())));
            }
        }
        shared.sleep.end();
        match polled {
            Err(error) if error.kind() != ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }
}
// ANCHOR_END: turn

// ANCHOR: signal
impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.sleep.wake() {
            // It cannot fail: mio empties the counter of the signal if it is full.
            let _ = self.signal.wake();
        }
    }
}

impl Reactor {
    /// A waker that ends the current `turn`, or lets the next one return at once.
    pub fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.shared))
    }
}
// ANCHOR_END: signal

// ANCHOR: register
impl Reactor {
    /// Watches a socket in both directions.
    pub(crate) fn register(&self, io: &mut impl IoSource) -> io::Result<Token> {
        let token = self.sources().insert();
        let both = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.shared.registry.register(io, token, both) {
            self.sources().remove(token);
            return Err(error);
        }
        Ok(token)
    }

    pub(crate) fn deregister(&self, io: &mut impl IoSource, token: Token) {
        // If this fails, the system has already forgotten the socket.
        let _ = self.shared.registry.deregister(io);
        let source = self.sources().remove(token);
        drop(source);
    }

    pub(crate) fn sources(&self) -> MutexGuard<'_, Sources> {
        lock(&self.shared.sources)
    }
}
// ANCHOR_END: register

// ANCHOR: current
thread_local! {
    static CURRENT: RefCell<Option<Reactor>> = const { RefCell::new(None) };
}

/// Until it is dropped, its reactor is the current one of this thread.
#[must_use]
pub struct Entered {
    before: Option<Reactor>,
}

impl Reactor {
    /// Makes this the reactor of all sockets that the thread opens from now on.
    pub fn enter(&self) -> Entered {
        Entered { before: CURRENT.replace(Some(self.clone())) }
    }

    /// The current reactor of this thread.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn current() -> Reactor {
        let current = CURRENT.with_borrow(Clone::clone);
        current.expect(
            "there is no reactor here: call `Runtime::block_on` or `Reactor::enter`",
        )
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.replace(self.before.take());
    }
}
// ANCHOR_END: current

// ANCHOR: rest
const SIGNAL: Token = Token(usize::MAX);
const EVENTS: usize = 1024;

impl Reactor {
    /// Creates a reactor without sockets.
    ///
    /// # Errors
    ///
    /// If the system has no more descriptors.
    pub fn new() -> io::Result<Reactor> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let signal = mio::Waker::new(&registry, SIGNAL)?;
        let poll = Mutex::new((poll, Events::with_capacity(EVENTS)));
        let (sources, sleep) = (Mutex::default(), Sleep::new());
        Ok(Reactor {
            shared: Arc::new(Shared { poll, registry, sources, sleep, signal }),
        })
    }
}

/// No code that holds one of these locks leaves its data half changed, so a panic
/// of another thread does no harm.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
// ANCHOR_END: rest
