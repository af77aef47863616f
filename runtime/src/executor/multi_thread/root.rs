//! The future of `block_on`, which stays on worker 0.
//!
//! Waking the root sets a flag of the runtime instead of queueing a task. Worker 0 looks
//! at the flag between two tasks and before it parks.

use super::{Shared, Worker};
use crate::{
    budget,
    executor::context::{self, Current},
    task::{Schedule, Task},
};
use std::sync::{Arc, atomic::Ordering::SeqCst};

/// Leads the root to worker 0 of its executor.
pub(super) struct RootScheduler(pub(super) Arc<Shared>);

impl Schedule for RootScheduler {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        let shared = unsafe { &(*this).0 };
        let is_worker_0 = context::with(|current| {
            matches!(current, Some(Current::Worker(worker))
                if worker.index() == 0 && Arc::ptr_eq(worker.shared(), shared))
        });
        let shared = Arc::clone(shared);
        drop(task);
        // The flag comes before the unpark. Worker 0 checks the flag and then its parker.
        // An unpark in between keeps it from parking, and then it checks again.
        shared.set_root_woken();
        if !is_worker_0 {
            shared.unpark(0);
        }
    }

    fn unbind(&self, _: &Task) -> Option<Task> {
        None
    }
}

impl Worker {
    /// Whether the root was woken. If so, the caller polls it now.
    pub(super) fn take_root(&self) -> bool {
        let woken = &self.shared().root_is_woken;
        // SeqCst pairs with the store in `set_root_woken`. The load comes first because it
        // is cheaper than the swap, and the flag is rarely set.
        woken.load(SeqCst) && !self.root_has_to_wait() && woken.swap(false, SeqCst)
    }

    /// Queues the root, which was woken during its poll.
    pub(super) fn requeue_root(root: Task) {
        let deferred = budget::deferred()
            && context::with(|current| match current {
                Some(Current::Worker(worker)) => {
                    worker.defer_root();
                    true
                }
                _ => false,
            });
        if !deferred {
            root.schedule();
        }
    }
}
