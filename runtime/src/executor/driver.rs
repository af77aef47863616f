//! The reactor and the timers of one thread.
//!
//! A multi-thread runtime shares one reactor among its workers: see
//! `multi_thread/driver.rs`, which uses [`has_nothing_registered`] too.

use super::Handle;
use crate::{
    reactor::{self, Reactor},
    task::is_task_waker,
    timers::Timers,
    unwind::wake,
};
use std::{
    cell::{Cell, RefCell},
    task::Waker,
    time::Duration,
};

/// The reactor and the timers of a thread that does not share them.
pub(crate) struct Driver {
    reactor: RefCell<Reactor>,
    handle: Handle,
    /// An empty list of wakers, kept for its capacity.
    wakers: Cell<Vec<Waker>>,
}

impl Driver {
    pub(crate) fn new(reactor: Reactor, handle: Handle) -> Self {
        Self {
            reactor: RefCell::new(reactor),
            handle,
            wakers: Cell::default(),
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Wakes the tasks whose events have come or whose timers are due, without
    /// waiting.
    pub(crate) fn poll(&self) {
        if !has_nothing_registered(self.handle.reactor(), self.handle.timers()) {
            self.wait_and_wake(Some(Duration::ZERO));
        } else if cfg!(feature = "taskdump") {
            // Dumps read the time of the last turn.
            self.handle.timers().update_last_turn();
        }
    }

    /// Waits for an event, a timer, or an [`unpark`](reactor::Handle::unpark), and
    /// wakes the tasks concerned. An unpark that came before ends the wait as well.
    pub(crate) fn park(&self) {
        self.wait_and_wake(self.handle.timers().before_park());
    }

    fn wait_and_wake(&self, timeout: Option<Duration>) {
        let mut wakers = self.wakers.take();
        self.reactor.borrow_mut().poll_events(timeout, &mut wakers);
        self.handle.timers().fire(&mut wakers);
        // A waker may be user code that calls back here, so nothing is borrowed.
        for waker in wakers.drain(..) {
            if is_task_waker(&waker) {
                // It runs no user code, so it does not panic.
                waker.wake();
            } else {
                wake(waker);
            }
        }
        self.wakers.set(wakers);
    }

    /// Closes the reactor. The tasks that wait for events get errors.
    pub(crate) fn close(&self) {
        let mut wakers = Vec::new();
        self.reactor.borrow_mut().close(&mut wakers);
        wakers.into_iter().for_each(wake);
    }
}

/// Whether there are neither sources nor timers. Then a poll of the driver finds
/// nothing, and the caller saves its system call.
pub(super) fn has_nothing_registered(reactor: &reactor::Handle, timers: &Timers) -> bool {
    reactor.has_no_registrations() && timers.is_empty()
}
