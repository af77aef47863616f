//! The future of `block_on`, which stays on worker 0.

use super::{Pool, Worker};
use crate::{
    budget,
    executor::{
        context::{self, Current},
        hooks::{SharedHooks, TraceGuard},
    },
    task::{Pause, Schedule, Start, State, Task, borrowed},
    trace,
};
use std::{
    future::{self, Future},
    panic::Location,
    pin::Pin,
    sync::{Arc, atomic::Ordering::SeqCst},
    task::{Context, Poll},
};

/// Stands for the root wherever a task is wanted: it can be woken, and is
/// polled by [`Root::poll`] instead of from a queue.
pub(crate) struct Root(Task);

struct Flag(Arc<Pool>);

impl Schedule for Flag {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read until we give the task away.
        let pool = unsafe { &(*this).0 };
        let here = context::with(|current| {
            matches!(current, Some(Current::Worker(worker))
                if worker.index() == 0 && Arc::ptr_eq(worker.pool(), pool))
        });
        let pool = Arc::clone(pool);
        drop(task);
        // Before the ring. Worker 0 looks at the flag and then goes to its
        // doorbell: a ring since it last got up keeps it from sleeping, and when
        // it gets up it looks again.
        pool.set_root_due();
        if !here {
            pool.ring(0);
        }
    }

    fn release(&self, _: &Task) -> Option<Task> {
        None
    }
}

impl Root {
    #[track_caller]
    pub(super) fn new(pool: &Arc<Pool>) -> Self {
        let flag = Flag(Arc::clone(pool));
        let stub = future::pending::<()>();
        Self(Task::new(stub, flag, State::idle(), Location::caller(), 0))
    }

    /// Shows it to who traces the runtime.
    pub(super) fn admit<'a>(&'a self, hooks: &'a SharedHooks) -> TraceGuard<'a> {
        TraceGuard::new(hooks, &self.0)
    }

    /// A new future: it is polled first, whatever the last one left.
    pub(super) fn renew(&self, worker: &Worker) {
        worker.forget_root_waits();
        if self.0.header().state.wake() == crate::task::Wake::Queue {
            self.0.clone().schedule();
        }
    }

    /// Polls `future` as this root. It has been woken.
    pub(super) fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        /// Puts the root to rest, also when the poll unwinds.
        struct Rest<'a>(&'a Task);
        impl Drop for Rest<'_> {
            fn drop(&mut self) {
                if self.0.header().state.pause() != Pause::Queue {
                    return;
                }
                let deferred = budget::deferred()
                    && context::with(|current| match current {
                        Some(Current::Worker(worker)) => {
                            worker.push_root_back();
                            true
                        }
                        _ => false,
                    });
                if !deferred {
                    self.0.clone().schedule();
                }
            }
        }
        let start = self.0.header().state.start();
        debug_assert_eq!(start, Start::Poll, "nobody aborts or completes the root");
        let _rest = Rest(&self.0);
        let _polling = trace::polling(self.0.header());
        let waker = borrowed(&self.0);
        future.poll(&mut Context::from_waker(&waker))
    }
}

impl Worker {
    /// Whether the root has been woken; it will be polled now.
    pub(super) fn take_root(&self) -> bool {
        let due = &self.pool().root_is_due;
        // Ordering: SeqCst, as in `set_root_due`. The load saves the write in the
        // usual case.
        due.load(SeqCst) && !self.root_has_to_wait() && due.swap(false, SeqCst)
    }
}
