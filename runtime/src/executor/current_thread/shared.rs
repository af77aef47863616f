//! What other threads reach of a local executor.

use super::{
    SLOTS,
    inject::{InjectQueue, Pushed},
};
use crate::{
    executor::{hooks::SharedHooks, owned_tasks, stable_slot::StableSlot},
    reactor,
    task::{Task, UNLISTED},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// An inbox, the bell of the thread that empties it, and the gate through
/// which tasks find it.
pub(crate) struct SharedCore {
    inject: InjectQueue,
    reactor: Arc<reactor::Shared>,
    hooks: SharedHooks,
    alive: Alive,
    home: &'static StableSlot<SharedCore>,
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

impl SharedCore {
    pub(crate) fn new(reactor: Arc<reactor::Shared>, hooks: SharedHooks) -> Self {
        Self {
            inject: InjectQueue::new(),
            reactor,
            hooks,
            alive: Alive::default(),
            home: SLOTS.take(),
        }
    }

    pub(super) fn home(&self) -> &'static StableSlot<Self> {
        self.home
    }

    pub(super) fn inject(&self) -> &InjectQueue {
        &self.inject
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
    pub(crate) fn has_remote(&self) -> bool {
        self.inject.has_remote()
    }

    pub(crate) fn hooks(&self) -> &SharedHooks {
        &self.hooks
    }

    /// Queues a task from whatever thread. One that comes too late is
    /// cancelled: if it was spawned here its future is `Send`, and if it was
    /// woken it is complete and nothing is left to cancel.
    pub(crate) fn push(&self, task: Task) {
        match self.inject.push(task) {
            Pushed::Ring => self.reactor.ring(),
            Pushed::Quiet => {}
            Pushed::Closed(task) => {
                // The owner keeps the count, and tells, by itself (`release`).
                if owned_tasks::key(&task) == UNLISTED
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

impl Drop for SharedCore {
    fn drop(&mut self) {
        // An open gate would have kept it. So it was shut, or never opened.
        SLOTS.give_back(self.home);
    }
}
