//! What other threads reach of a local executor.

use super::{
    GATES,
    inbox::{Inbox, Pushed},
};
use crate::{
    executor::{gate::Gate, list},
    reactor,
    runtime::Hooked,
    task::{Task, UNLISTED},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// An inbox, the bell of the thread that empties it, and the gate through
/// which tasks find it.
pub(crate) struct Mailbox {
    inbox: Inbox,
    reactor: Arc<reactor::Shared>,
    hooks: Hooked,
    alive: Alive,
    gate: &'static Gate<Mailbox>,
}

/// How many tasks there are that have not ended, as their owner counts them.
/// Only it writes this, so a load and a store do in the place of a
/// read-modify-write; and in a cache line that nobody else writes to.
#[derive(Default)]
#[repr(align(128))]
pub(super) struct Alive(AtomicUsize);

// Ordering: Relaxed everywhere; a figure that orders nothing.
impl Alive {
    pub(super) fn count_one(&self) {
        self.0.store(self.get() + 1, Relaxed);
    }

    pub(super) fn count_end(&self) {
        self.0.store(self.get() - 1, Relaxed);
    }

    pub(super) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl Mailbox {
    pub(crate) fn new(reactor: Arc<reactor::Shared>, hooks: Hooked) -> Self {
        Self {
            inbox: Inbox::new(),
            reactor,
            hooks,
            alive: Alive::default(),
            gate: GATES.take(),
        }
    }

    pub(super) fn gate(&self) -> &'static Gate<Self> {
        self.gate
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(super) fn alive(&self) -> &Alive {
        &self.alive
    }

    /// How many tasks the owner has that have not ended. One that another
    /// thread has spawned counts when the owner has taken it.
    pub(crate) fn alive_tasks(&self) -> usize {
        self.alive.get()
    }

    /// Whether a task lies there for the owner.
    pub(crate) fn has_mail(&self) -> bool {
        self.inbox.has_mail()
    }

    pub(crate) fn hooks(&self) -> &Hooked {
        &self.hooks
    }

    /// Queues a task from whatever thread. One that comes too late is
    /// cancelled: if it was spawned here its future is `Send`, and if it was
    /// woken it is complete and nothing is left to cancel.
    pub(crate) fn push(&self, task: Task) {
        match self.inbox.push(task) {
            Pushed::Ring => self.reactor.ring(),
            Pushed::Quiet => {}
            Pushed::Closed(task) => {
                // The owner keeps the count, and tells, by itself (`release`).
                if list::key(&task) == UNLISTED
                    && !super::is_counted_here(self)
                    && let Some(hooks) = &self.hooks
                {
                    hooks.task_terminate(task.header());
                }
                // SAFETY: see above.
                unsafe { task.cancel() }
            }
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        // An open gate would have kept it. So it was shut, or never opened.
        GATES.give_back(self.gate);
    }
}
