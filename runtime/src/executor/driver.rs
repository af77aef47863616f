//! What a thread that has no task to run waits for: sockets and timers.

use crate::{
    reactor::{self, Reactor},
    runtime::Handle,
    time::Timers,
    unwind::wake,
};
use std::{
    cell::{Cell, RefCell},
    task::Waker,
    time::Duration,
};

/// The reactor and the timers of one thread, driven by that thread alone. A pool
/// has none: see `pool/driver.rs`, which shares [`turn`] and [`is_bare`].
pub(crate) struct Driver {
    reactor: RefCell<Reactor>,
    handle: Handle,
    /// A list to collect wakers in, kept for its capacity.
    woken: Cell<Vec<Waker>>,
}

impl Driver {
    pub(crate) fn new(reactor: Reactor, handle: Handle) -> Self {
        Self {
            reactor: RefCell::new(reactor),
            handle,
            woken: Cell::default(),
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Wakes the tasks whose events have come or whose time is up, if there can
    /// be any.
    pub(crate) fn look(&self) {
        if !is_bare(self.handle.reactor(), self.handle.timers()) {
            self.turn(Some(Duration::ZERO));
        } else if cfg!(feature = "trace") {
            // The clock is to go on.
            self.handle.timers().note_time();
        }
    }

    /// Waits until something has come, or somebody rings. What is rung for
    /// before the sleep ends it as well.
    pub(crate) fn sleep(&self) {
        self.turn(self.handle.timers().before_sleep());
    }

    fn turn(&self, timeout: Option<Duration>) {
        let mut woken = self.woken.take();
        turn(
            &mut self.reactor.borrow_mut(),
            self.handle.timers(),
            timeout,
            &mut woken,
        );
        // Strangers' code, under no borrow: it may come back here.
        for waker in woken.drain(..) {
            wake(waker);
        }
        self.woken.set(woken);
    }

    /// No event will come any more: who waits for one gets an error.
    pub(crate) fn close(&self) {
        let mut woken = Vec::new();
        self.reactor.borrow_mut().close(&mut woken);
        woken.into_iter().for_each(wake);
    }
}

/// Whether nothing is registered and no timer set, so that there is nothing to
/// see and the system call can be saved.
pub(super) fn is_bare(sockets: &reactor::Shared, timers: &Timers) -> bool {
    sockets.is_bare() && timers.is_bare()
}

/// Waits for events, at most for `timeout`, and collects the wakers of those
/// they concern, and of those whose time is up. Waking is the caller's.
pub(super) fn turn(
    reactor: &mut Reactor,
    timers: &Timers,
    timeout: Option<Duration>,
    woken: &mut Vec<Waker>,
) {
    #[cfg(shuttle)]
    let timeout = reactor.wait(timeout);
    if let Err(error) = reactor.turn(timeout, woken) {
        // The selector itself is broken, and no task will ever be woken
        // again: there is nobody to return this to.
        panic!("waiting for events failed: {error}");
    }
    timers.fire(woken);
}
