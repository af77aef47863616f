//! What other threads reach of a local executor.

use super::inbox::{Inbox, Pushed};
use crate::{reactor, task::Task};
use std::sync::Arc;

/// An inbox, and the bell of the thread that empties it.
pub(crate) struct Mailbox {
    inbox: Inbox,
    reactor: Arc<reactor::Shared>,
}

impl Mailbox {
    pub(crate) fn new(reactor: Arc<reactor::Shared>) -> Self {
        Self {
            inbox: Inbox::new(),
            reactor,
        }
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Queues a task from whatever thread. One that comes too late is
    /// cancelled: if it was spawned here its future is `Send`, and if it was
    /// woken it is complete and nothing is left to cancel.
    pub(crate) fn push(&self, task: Task) {
        match self.inbox.push(task) {
            Pushed::Ring => self.reactor.ring(),
            Pushed::Quiet => {}
            // SAFETY: see above.
            Pushed::Closed(task) => unsafe { task.cancel() },
        }
    }
}
