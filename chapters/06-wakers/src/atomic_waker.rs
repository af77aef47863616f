// ANCHOR: head
//! A slot for one waker: one task registers a waker, and any thread wakes it.
//! No thread ever waits for another one.

use std::fmt;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::task::Waker;

use crate::primitives::{AtomicUsize, UnsafeCell};
// ANCHOR_END: head

// ANCHOR: atomic_waker
/// The slot is not in use.
const FREE: usize = 0;
/// `register` is using the slot.
const REGISTERING: usize = 1;
/// `wake` is using the slot. Together with `REGISTERING`: `wake` came while
/// `register` was using the slot.
const WAKING: usize = 2;

/// A slot for the waker of one task.
///
/// A1: the thread that changes `state` from `FREE` owns the slot, until it sets
/// `state` to `FREE` again.
pub struct AtomicWaker {
    state: AtomicUsize,
    slot: UnsafeCell<Option<Waker>>,
}

// SAFETY: A1, and a `Waker` may be used by any thread.
unsafe impl Send for AtomicWaker {}
// SAFETY: A1, and a `Waker` may be used by any thread.
unsafe impl Sync for AtomicWaker {}
// ANCHOR_END: atomic_waker

// ANCHOR: wake
impl AtomicWaker {
    /// Takes the waker out of the slot and wakes it, if there is one.
    pub fn wake(&self) {
        if let Some(waker) = self.take() {
            waker.wake();
        }
    }

    fn take(&self) -> Option<Waker> {
        // (3) or (5). Acquire pairs with the Release that set FREE. Release pairs
        // with the Acquire operations in `register`.
        if self.state.fetch_or(WAKING, AcqRel) != FREE {
            // Another thread uses the slot. It takes care of this wake.
            return None;
        }
        // SAFETY: A1. The state was FREE.
        let waker = self.slot.with_mut(|slot| unsafe { &mut *slot }.take());
        // (4). Release pairs with the next Acquire that finds FREE.
        self.state.fetch_and(!WAKING, Release);
        waker
    }
}
// ANCHOR_END: wake

// ANCHOR: register
impl AtomicWaker {
    /// Puts `waker` into the slot, and replaces the one before. Check what you
    /// wait for *after* this call.
    ///
    /// # Panics
    ///
    /// If two threads register at the same time. There is only one slot.
    pub fn register(&self, waker: &Waker) {
        // (1). Acquire pairs with the Release operations in `take`, also if the
        // exchange fails.
        match self.state.compare_exchange(FREE, REGISTERING, Acquire, Acquire) {
            Ok(_) => self.store(waker),
            // (7). `take` is removing the old waker now. It is too late to replace
            // that one, so wake the new one directly.
            Err(WAKING) => waker.wake_by_ref(),
            Err(state) => panic!("two threads register one `AtomicWaker` ({state})"),
        }
    }
    // ANCHOR_END: register

    // ANCHOR: store
    fn store(&self, waker: &Waker) {
        self.slot.with_mut(|slot| {
            // SAFETY: A1. The state was FREE.
            let slot = unsafe { &mut *slot };
            if !slot.as_ref().is_some_and(|old| old.will_wake(waker)) {
                *slot = Some(waker.clone());
            }
        });
        // (2). Release pairs with the next Acquire that finds FREE. Relaxed: if this
        // fails, the swap below does the work.
        if self.state.compare_exchange(REGISTERING, FREE, Release, Relaxed).is_err() {
            // `wake` came during `store` (5), and left its work to us.
            // SAFETY: A1. This thread has not set FREE yet.
            let waker = self.slot.with_mut(|slot| unsafe { &mut *slot }.take());
            // (6). Release as in (2). Acquire pairs with the Release in `take`.
            self.state.swap(FREE, AcqRel);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}
// ANCHOR_END: store

// ANCHOR: rest
impl AtomicWaker {
    /// An empty slot.
    pub fn new() -> AtomicWaker {
        AtomicWaker { state: AtomicUsize::new(FREE), slot: UnsafeCell::new(None) }
    }
}

impl Default for AtomicWaker {
    fn default() -> AtomicWaker {
        AtomicWaker::new()
    }
}

impl fmt::Debug for AtomicWaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Relaxed: only for display, and it may be out of date.
        f.write_str(match self.state.load(Relaxed) {
            FREE => "FREE",
            REGISTERING => "REGISTERING",
            WAKING => "WAKING",
            _ => "REGISTERING | WAKING",
        })
    }
}
// ANCHOR_END: rest
