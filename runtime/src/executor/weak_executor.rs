//! How a task finds an executor that may have ended.
//!
//! A waker must reach the task's executor from any thread. An `Arc` in each task would
//! do, but then every spawn and every end of a task would change one count, and the
//! workers of a multi-thread runtime would compete for its cache line. So a task holds
//! the address of a [`WeakExecutor`], which is never freed:
//!
//! 1. A new executor takes a cell from the [`FreeList`] and stores itself there
//!    ([`WeakExecutor::set`]).
//! 2. Wakers find it with [`WeakExecutor::upgrade`].
//! 3. When the executor ends, it clears the cell ([`WeakExecutor::clear`]). All its
//!    tasks are complete by then.
//! 4. When the last handle is gone too, the cell goes back to the free list
//!    ([`FreeList::put_back`]), and another executor may take it.
//!
//! Step 4 waits for the handles because a handle can still spawn, and its task must
//! not reach the next executor. A late waker may find the next executor in the cell,
//! but it brings a complete task, which any queue may hold. Linux's slabs that are
//! "typesafe by RCU" work the same way: the memory keeps its type, and the reader
//! checks the state of what it finds.

use crate::primitives::{Mutex, lock};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard as StdMutexGuard, PoisonError};

/// A weak reference to an executor. It leads there from every thread, until the
/// executor ends. One cell serves all tasks, so no task counts a reference.
pub(crate) struct WeakExecutor<T: 'static> {
    executor: Mutex<Option<Arc<T>>>,
}

/// The cells that no executor uses. The lock is `std`'s under loom as well, because
/// loom's locks cannot be in a `static`. No model depends on it.
pub(crate) struct FreeList<T: 'static>(StdMutex<Vec<&'static WeakExecutor<T>>>);

impl<T> FreeList<T> {
    pub(crate) const fn new() -> Self {
        Self(StdMutex::new(Vec::new()))
    }

    /// An empty cell.
    pub(crate) fn take(&self) -> &'static WeakExecutor<T> {
        let unused = self.lock().pop();
        unused.unwrap_or_else(|| {
            Box::leak(Box::new(WeakExecutor {
                executor: Mutex::new(None),
            }))
        })
    }

    /// Returns the cell of an executor that has ended and has no handle any more.
    pub(crate) fn put_back(&self, weak: &'static WeakExecutor<T>) {
        self.lock().push(weak);
    }

    fn lock(&self) -> StdMutexGuard<'_, Vec<&'static WeakExecutor<T>>> {
        // No code panics under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> WeakExecutor<T> {
    pub(crate) fn set(&self, executor: Arc<T>) {
        *lock(&self.executor) = Some(executor);
    }

    /// The executor has ended. From now on the cell is empty.
    pub(crate) fn clear(&self) {
        let executor = lock(&self.executor).take();
        // This may be the executor's last part, so it is dropped after the lock.
        drop(executor);
    }

    /// The executor, unless it has ended.
    pub(crate) fn upgrade(&self) -> Option<Arc<T>> {
        lock(&self.executor).clone()
    }
}
