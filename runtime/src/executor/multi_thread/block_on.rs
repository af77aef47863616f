//! The future of `block_on`, which stays on worker 0.
//!
//! Waking the `block_on` task sets a flag of the runtime instead of queueing a task.
//! Worker 0 looks at the flag between two tasks and before it parks.

use super::{Shared, Worker};
use crate::{
    budget,
    executor::context::{self, ExecutorContext},
    task::{Schedule, Task},
};
use std::sync::{Arc, atomic::Ordering::SeqCst};

/// Leads the `block_on` task to worker 0 of its executor.
pub(super) struct BlockOnHandle(pub(super) Arc<Shared>);

impl Schedule for BlockOnHandle {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        let shared = unsafe { &(*this).0 };
        let is_worker_0 = context::with(|current| {
            matches!(current, Some(ExecutorContext::Worker(worker))
                if worker.index() == 0 && Arc::ptr_eq(worker.shared(), shared))
        });
        let shared = Arc::clone(shared);
        drop(task);
        // The flag comes before the unpark. Worker 0 checks the flag and then its parker.
        // An unpark in between keeps it from parking, and then it checks again.
        shared.set_block_on_woken();
        if !is_worker_0 {
            shared.unpark(0);
        }
    }

    fn release(&self, _: &Task) -> Option<Task> {
        None
    }
}

impl Worker {
    /// Whether the `block_on` task was woken. If so, the caller polls it now.
    pub(super) fn take_block_on(&self) -> bool {
        let woken = &self.shared().block_on_is_woken;
        // SeqCst pairs with the store in `set_block_on_woken`. The load comes first because it
        // is cheaper than the swap, and the flag is rarely set.
        woken.load(SeqCst) && !self.block_on_skips_turn() && woken.swap(false, SeqCst)
    }

    /// Queues the `block_on` task, which was woken during its poll.
    pub(super) fn requeue_block_on(task: Task) {
        let deferred = budget::deferred()
            && context::with(|current| match current {
                Some(ExecutorContext::Worker(worker)) => {
                    worker.defer_block_on();
                    true
                }
                _ => false,
            });
        if !deferred {
            task.schedule();
        }
    }
}
