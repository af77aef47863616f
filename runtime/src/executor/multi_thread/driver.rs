//! Which worker polls the reactor and the timers.
//!
//! A multi-thread runtime has one reactor and one timer wheel, behind [`DriverLock`]. The
//! first worker without tasks takes the lock and parks on the driver. The next ones park
//! on condition variables ([`parker`](super::parker)). A busy worker polls the driver at
//! intervals, unless another worker holds the lock.
//!
//! An earlier version had a reactor for each worker. Then a socket always woke the same
//! worker: a task that a sibling had stolen came back with the next event, and had to be
//! stolen again. An echo server of 64 connections on two workers then unparked a worker
//! for every tenth request instead of every fiftieth, and used a quarter more processor
//! time.
//!
//! # Events are never ignored
//! The lock may be free only while a worker runs:
//!
//! ```text
//!            1 take                    2 park
//!     free ─────────▶ held by a worker ─────▶ held by a parked worker
//!      ▲                      │                        │
//!      └──────── 3 release ───┴──────── 4 event ───────┘
//! ```
//!
//! 1. [`DriverLock::try_take`]. A worker parks on its condition variable only after two
//!    failed attempts (`Worker::park`).
//! 2. [`DriverGuard::park`].
//! 3. Dropping the guard. [`CountReleaseOnDrop`] counts it for the backup poller. If the worker
//!    has something to run, it calls a parked worker (`Shared::wake_backup_poller`), or the
//!    [`backup_poller`](super::backup_poller) takes the driver within 5 ms. If it has
//!    nothing, it comes back here.
//! 4. The guard is dropped before the tasks are woken.

use super::backup_poller::BackupPoller;
use crate::{
    executor::driver,
    primitives::{Mutex, MutexGuard, lock, try_lock},
    reactor::{self, Reactor},
    timers::Timers,
    unwind::wake,
};
use std::{sync::Arc, task::Waker, time::Duration};

pub(crate) struct DriverLock {
    /// Locked by the worker that polls, also while it is parked.
    reactor: Mutex<Reactor>,
    reactor_handle: Arc<reactor::Handle>,
    timers: Arc<Timers>,
    backup_poller: BackupPoller,
}

/// The right to poll the driver.
#[must_use]
pub(super) struct DriverGuard<'a> {
    reactor: MutexGuard<'a, Reactor>,
    timers: &'a Timers,
    /// Dropped after the lock is free.
    _count: CountReleaseOnDrop<'a>,
}

/// Tells the backup poller that the driver was released.
struct CountReleaseOnDrop<'a>(&'a BackupPoller);

impl Drop for CountReleaseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.count_release();
    }
}

impl DriverLock {
    pub(crate) fn new(reactor: Reactor, timers: Arc<Timers>) -> Self {
        Self {
            reactor_handle: Arc::clone(reactor.handle()),
            reactor: Mutex::new(reactor),
            timers,
            backup_poller: BackupPoller::new(),
        }
    }

    /// Takes the driver, unless another worker holds it.
    pub(super) fn try_take(&self) -> Option<DriverGuard<'_>> {
        let reactor = try_lock(&self.reactor)?;
        Some(DriverGuard {
            reactor,
            timers: &self.timers,
            _count: CountReleaseOnDrop(&self.backup_poller),
        })
    }

    /// [`try_take`](Self::try_take) for a short poll. `None` also if the poll would find
    /// nothing.
    pub(super) fn try_take_to_poll(&self) -> Option<DriverGuard<'_>> {
        let finds_nothing = driver::has_nothing_registered(&self.reactor_handle, &self.timers);
        let guard = if finds_nothing { None } else { self.try_take() };
        if cfg!(feature = "taskdump") && guard.is_none() {
            // Dumps read the time of the last turn.
            self.timers.update_last_turn();
        }
        guard
    }

    /// Whether no worker holds the driver.
    pub(super) fn is_free(&self) -> bool {
        try_lock(&self.reactor).is_some()
    }

    pub(super) fn backup_poller(&self) -> &BackupPoller {
        &self.backup_poller
    }

    /// Wakes the worker that is parked on the driver, if there is one.
    pub(super) fn unpark(&self) {
        self.reactor_handle.unpark();
    }

    /// Closes the reactor and the timers. The tasks that wait there see an error.
    pub(super) fn close(&self) {
        let mut wakers = Vec::new();
        lock(&self.reactor).close(&mut wakers);
        wakers.into_iter().for_each(wake);
        self.timers.close();
    }

    pub(super) fn timers(&self) -> &Timers {
        &self.timers
    }
}

impl DriverGuard<'_> {
    /// Collects the wakers of the events and timers that are due, without waiting.
    pub(super) fn poll(mut self, wakers: &mut Vec<Waker>) {
        self.reactor.poll_events(Some(Duration::ZERO), wakers);
        self.timers.fire(wakers);
    }

    /// Waits for an event, a timer or an unpark, and collects the wakers.
    pub(super) fn park(mut self, wakers: &mut Vec<Waker>) {
        let timeout = self.timers.before_park();
        self.reactor.poll_events(timeout, wakers);
        self.timers.fire(wakers);
    }
}
