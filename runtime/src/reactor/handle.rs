//! The half of the reactor that every thread can reach.

use super::{
    RegistrationSet, SELECTOR_WAKER,
    scheduled_io::{ScheduledIo, ScheduledIoState},
    selector_waker::SelectorWaker,
};
use crate::{
    fork,
    primitives::{Mutex, lock},
};
use mio::{Interest, Registry, Token, event};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::Wake,
};

/// Registers I/O objects with a [`Reactor`](super::Reactor), and wakes it.
pub(crate) struct Handle {
    registry: Registry,
    selector_waker: SelectorWaker,
    pub(super) registrations: Mutex<RegistrationSet>,
    /// The number of sources, which can be read without the lock.
    registered: AtomicUsize,
    fork_id: fork::ForkId,
}

/// The reactor's waker: it ends the wait.
impl Wake for Handle {
    fn wake(self: Arc<Self>) {
        self.unpark();
    }
}

impl Handle {
    pub(super) fn new(registry: &Registry) -> io::Result<Self> {
        Ok(Self {
            registry: registry.try_clone()?,
            selector_waker: SelectorWaker::new(registry, SELECTOR_WAKER)?,
            registrations: Mutex::default(),
            registered: AtomicUsize::new(0),
            fork_id: fork::ForkId::current(),
        })
    }

    /// Ends the current wait of the reactor, or the next one.
    pub(crate) fn unpark(&self) {
        self.selector_waker.wake();
    }

    /// Waits as [`Reactor::turn`](super::Reactor::turn) would, under shuttle.
    #[cfg(shuttle)]
    pub(super) fn wait(&self, timeout: Option<std::time::Duration>) {
        self.selector_waker.wait(timeout);
    }

    /// In a model, waits as [`Reactor::turn`](super::Reactor::turn) does.
    #[cfg(all(test, loom))]
    pub(crate) fn wait(&self) {
        self.selector_waker.wait();
    }

    /// The process that created the reactor.
    pub(crate) fn fork_id(&self) -> fork::ForkId {
        self.fork_id
    }

    pub(super) fn register(
        &self,
        io: &mut impl event::Source,
        interest: Interest,
        scheduled_io: &Arc<ScheduledIo>,
    ) -> io::Result<Token> {
        let mut registrations = lock(&self.registrations);
        let token = registrations.add(Arc::clone(scheduled_io))?;
        self.update_count(&registrations);
        drop(registrations);
        if let Err(error) = self.registry.register(io, token, interest) {
            self.remove(token);
            return Err(error);
        }
        Ok(token)
    }

    pub(super) fn deregister(&self, io: &mut impl event::Source, token: Token) {
        // If the kernel refuses, later events find no `ScheduledIo` for the token.
        let _ = self.registry.deregister(io);
        self.remove(token);
    }

    fn remove(&self, token: Token) {
        let mut registrations = lock(&self.registrations);
        let scheduled_io = registrations.remove(token);
        self.update_count(&registrations);
        drop(registrations);
        // A `ScheduledIo` holds wakers, and their destructors are user code.
        drop(scheduled_io);
    }

    fn update_count(&self, registrations: &RegistrationSet) {
        // Ordering: Relaxed. The lock orders the writers. The reader,
        // `has_no_registrations`, tolerates an old value.
        self.registered.store(registrations.slab.len(), Relaxed);
    }

    /// Whether a poll of the selector cannot find an event. If another thread
    /// registers a source right now, the next poll or the next sleep finds its
    /// events.
    pub(crate) fn has_no_registrations(&self) -> bool {
        // Ordering: Relaxed. This is a hint: `turn` reads the sources under
        // the lock.
        self.registered.load(Relaxed) == 0
    }

    /// The state of every registered source. The inspector shows it.
    pub(crate) fn inspect(&self) -> Vec<ScheduledIoState> {
        let registrations = lock(&self.registrations);
        let each = registrations.slab.iter();
        each.map(|(index, (_, scheduled_io))| scheduled_io.state(index))
            .collect()
    }
}
