//! What a thread of a runtime waits for: its sockets and its timers.

use crate::{contain::wake, reactor::Reactor, runtime::Handle};
use std::{
    cell::{Cell, RefCell},
    task::Waker,
    time::Duration,
};

/// The reactor and the timers of one thread, driven by that thread alone.
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

    /// Wakes the tasks whose events have come or whose time is up. With nothing
    /// registered and no timer set there is nothing to see, and the system call
    /// is saved; but where tasks are traced, the clock is to go on.
    pub(crate) fn look(&self) {
        let is_bare = self.handle.reactor().is_bare() && self.handle.timers().is_bare();
        if !is_bare || cfg!(feature = "trace") {
            self.turn(Some(Duration::ZERO));
        }
    }

    /// Waits until something has come, or somebody rings. What is rung for
    /// before the sleep ends it as well.
    pub(crate) fn sleep(&self) {
        self.turn(self.handle.timers().before_sleep());
    }

    fn turn(&self, timeout: Option<Duration>) {
        let mut woken = self.woken.take();
        if let Err(error) = self.reactor.borrow_mut().turn(timeout, &mut woken) {
            // The selector itself is broken, and no task will ever be woken
            // again: there is nobody to return this to.
            panic!("waiting for events failed: {error}");
        }
        self.handle.timers().fire(&mut woken);
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
