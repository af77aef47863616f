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

use crate::primitives::{Mutex, lock};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard as StdMutexGuard, PoisonError};

/// Leads to an executor's shared part, from every thread.
pub(crate) struct StableSlot<T: 'static> {
    inside: Mutex<Option<Arc<T>>>,
}

/// The gates that are shut, to be used again. The lock is `std`'s also under
/// loom, whose locks cannot be in a `static`: nothing that loom knows of
/// happens under it, nor depends on it.
pub(crate) struct StableSlots<T: 'static>(StdMutex<Vec<&'static StableSlot<T>>>);

impl<T> StableSlots<T> {
    pub(crate) const fn new() -> Self {
        Self(StdMutex::new(Vec::new()))
    }

    /// A gate that is shut still.
    pub(crate) fn take(&self) -> &'static StableSlot<T> {
        let used = self.shut_ones().pop();
        used.unwrap_or_else(|| {
            Box::leak(Box::new(StableSlot {
                inside: Mutex::new(None),
            }))
        })
    }

    /// Nobody knows the executor any more, and every task of it is complete.
    pub(crate) fn give_back(&self, home: &'static StableSlot<T>) {
        self.shut_ones().push(home);
    }

    fn shut_ones(&self) -> StdMutexGuard<'_, Vec<&'static StableSlot<T>>> {
        // Nothing panics under it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> StableSlot<T> {
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
