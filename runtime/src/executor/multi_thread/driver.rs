//! Who watches the sockets and the clock, for all workers.
//!
//! A pool has one reactor and one wheel of timers. The first worker that has
//! nothing to do takes the watch and sleeps on them; who comes after it sleeps
//! at its own door ([`parker`](super::parker)). A worker that is busy looks
//! now and then, unless somebody has the watch.
//!
//! Each worker could have a reactor of its own instead, and once had. Then its
//! sockets wake it and nobody else: what a sibling stole from it comes back
//! with the next event, and has to be rung for and stolen again. For an echo
//! server of 64 connections on two workers that was a ring with every tenth
//! request in place of every fiftieth, and a quarter more processor time.
//!
//! The watch may stand empty only while somebody is up. A worker lies down at its
//! door only after a second attempt to take the watch has failed. Whoever had it
//! then sleeps on it, or is up, and comes back here when it has nothing to do; if
//! it has something, it calls one that sleeps (`Pool::relieve`), or the
//! [`backup_poller`](super::backup_poller) sees to it.

use super::backup_poller::BackupPoller;
use crate::{
    executor::driver,
    primitives::{Mutex, MutexGuard, lock, try_lock},
    reactor::{self, Reactor},
    time::Timers,
    unwind::wake,
};
use std::{sync::Arc, task::Waker, time::Duration};

pub(crate) struct DriverLock {
    /// Locked by who is on watch, also while it sleeps.
    reactor: Mutex<Reactor>,
    sockets: Arc<reactor::Shared>,
    timers: Arc<Timers>,
    backup_poller: BackupPoller,
}

/// The watch, until it is dropped.
#[must_use]
pub(super) struct DriverGuard<'a> {
    reactor: MutexGuard<'a, Reactor>,
    timers: &'a Timers,
    /// Dropped after the lock.
    _let_go: LetGo<'a>,
}

/// Tells the deputy that the watch is another's to take.
struct LetGo<'a>(&'a BackupPoller);

impl Drop for LetGo<'_> {
    fn drop(&mut self) {
        self.0.note_change();
    }
}

impl DriverLock {
    pub(crate) fn new(reactor: Reactor, timers: Arc<Timers>) -> Self {
        Self {
            sockets: Arc::clone(reactor.shared()),
            reactor: Mutex::new(reactor),
            timers,
            backup_poller: BackupPoller::new(),
        }
    }

    /// Takes the watch, unless somebody has it.
    pub(super) fn take(&self) -> Option<DriverGuard<'_>> {
        let reactor = try_lock(&self.reactor)?;
        Some(DriverGuard {
            reactor,
            timers: &self.timers,
            _let_go: LetGo(&self.backup_poller),
        })
    }

    /// The same for a short look; there is none where nothing could be seen.
    pub(super) fn take_for_look(&self) -> Option<DriverGuard<'_>> {
        let is_bare = driver::is_bare(&self.sockets, &self.timers);
        let driver = if is_bare { None } else { self.take() };
        if cfg!(feature = "trace") && driver.is_none() {
            // The clock is to go on, whether or not another worker has the watch.
            self.timers.note_time();
        }
        driver
    }

    /// Whether nobody has it.
    pub(super) fn is_empty(&self) -> bool {
        try_lock(&self.reactor).is_some()
    }

    pub(super) fn backup_poller(&self) -> &BackupPoller {
        &self.backup_poller
    }

    /// Ends the sleep of who is on watch, if anybody sleeps there.
    pub(super) fn ring(&self) {
        self.sockets.ring();
    }

    /// No event will come any more, and no timer fire: who waits for one hears
    /// of it.
    pub(super) fn close(&self) {
        let mut woken = Vec::new();
        lock(&self.reactor).close(&mut woken);
        woken.into_iter().for_each(wake);
        self.timers.close();
    }

    pub(super) fn timers(&self) -> &Timers {
        &self.timers
    }
}

impl DriverGuard<'_> {
    /// Collects who is to be woken by now. The watch is over before anybody is.
    pub(super) fn look(mut self, woken: &mut Vec<Waker>) {
        driver::turn(&mut self.reactor, self.timers, Some(Duration::ZERO), woken);
    }

    /// The same after a sleep, which an event ends, a timer, or a ring.
    pub(super) fn sleep(mut self, woken: &mut Vec<Waker>) {
        let timeout = self.timers.before_sleep();
        driver::turn(&mut self.reactor, self.timers, timeout, woken);
    }
}
