//! How a task finds its executor again, whose end it may outlive.
//!
//! Every task has a way back to its executor, for the threads that wake it.
//! Were it an `Arc`, each spawn and each end of a task would change the same
//! count, and on a pool all workers would fight over its cache line. So it is
//! the address of a gate, which is never freed: a gate is opened for an
//! executor, shut when that ends, and opened again for another when nobody
//! knows the first any more: a handle of it could still spawn, and what that
//! makes must not be taken for the next one's.
//!
//! A waker that comes late may find the gate of the next executor. What it
//! brings then is a task that is complete, for an executor completes all its
//! tasks before it shuts its gate; and a complete task may stand in any queue
//! (the memory is of one type for ever, as in the kernel's slabs that are
//! "typesafe by RCU", and what is found there is checked by its state).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Leads to an executor's shared part, from every thread.
pub(crate) struct Gate<T: 'static> {
    inside: Mutex<Option<Arc<T>>>,
}

/// The gates that are shut, to be used again.
pub(crate) struct Gates<T: 'static>(Mutex<Vec<&'static Gate<T>>>);

/// Nothing can panic under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Gates<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// A gate that is shut still.
    pub(crate) fn take(&self) -> &'static Gate<T> {
        let used = lock(&self.0).pop();
        used.unwrap_or_else(|| {
            Box::leak(Box::new(Gate {
                inside: Mutex::new(None),
            }))
        })
    }

    /// Nobody knows the executor any more, and every task of it is complete.
    pub(crate) fn give_back(&self, gate: &'static Gate<T>) {
        lock(&self.0).push(gate);
    }
}

impl<T> Gate<T> {
    pub(crate) fn open(&self, inside: Arc<T>) {
        *lock(&self.inside) = Some(inside);
    }

    /// The executor has ended: the gate leads nowhere from now on.
    pub(crate) fn shut(&self) {
        let inside = lock(&self.inside).take();
        // The last part of an executor, perhaps: not under the lock.
        drop(inside);
    }

    /// The executor behind it, if it has not ended.
    pub(crate) fn inside(&self) -> Option<Arc<T>> {
        lock(&self.inside).clone()
    }
}
