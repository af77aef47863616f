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
    /// How many tasks there were when the owner last said so.
    alive: AtomicUsize,
    gate: &'static Gate<Mailbox>,
}

impl Mailbox {
    pub(crate) fn new(reactor: Arc<reactor::Shared>, hooks: Hooked) -> Self {
        Self {
            inbox: Inbox::new(),
            reactor,
            hooks,
            alive: AtomicUsize::new(0),
            gate: GATES.take(),
        }
    }

    pub(super) fn gate(&self) -> &'static Gate<Self> {
        self.gate
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Says how many tasks there are, for who asks from elsewhere. The owner's.
    pub(super) fn report(&self, tasks: usize) {
        // Ordering: Relaxed, here and below; a figure that orders nothing.
        self.alive.store(tasks, Relaxed);
    }

    pub(super) fn reported(&self) -> usize {
        self.alive.load(Relaxed)
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
