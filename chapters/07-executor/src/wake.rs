// ANCHOR: head
//! What wakers know: the number of a task, and where to queue it.

use std::sync::Arc;
use std::sync::atomic::Ordering::AcqRel;
use std::task::{Wake, Waker};

use crate::primitives::{AtomicBool, SegQueue};
// ANCHOR_END: head

// ANCHOR: shared
/// The part of an executor that wakers use, on any thread.
pub(crate) struct Shared {
    /// The numbers of the tasks that were woken, the oldest wake first.
    pub(crate) woken: SegQueue<usize>,
    /// Wakes the thread of the executor.
    pub(crate) unpark: Waker,
}

/// What the waker of one task knows.
pub(crate) struct TaskWaker {
    pub(crate) number: usize,
    /// The number is in the queue.
    queued: AtomicBool,
    shared: Arc<Shared>,
}
// ANCHOR_END: shared

// ANCHOR: wake
impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // AcqRel pairs with the swap in `begin_poll`.
        if !self.queued.swap(true, AcqRel) {
            self.shared.woken.push(self.number);
            self.shared.unpark.wake_by_ref();
        }
    }
}

impl TaskWaker {
    /// The executor calls this just before it polls the task. A wake during the poll
    /// then queues the task again.
    pub(crate) fn begin_poll(&self) {
        // AcqRel pairs with the swap in `wake_by_ref`.
        self.queued.swap(false, AcqRel);
    }
}
// ANCHOR_END: wake

// ANCHOR: new
impl TaskWaker {
    pub(crate) fn new(number: usize, shared: &Arc<Shared>) -> Arc<TaskWaker> {
        let shared = Arc::clone(shared);
        Arc::new(TaskWaker { number, queued: AtomicBool::new(false), shared })
    }
}
// ANCHOR_END: new
