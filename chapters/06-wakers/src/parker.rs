// ANCHOR: parker
//! A thread that sleeps until it is woken.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::primitives::{AtomicBool, thread};

/// Lets one thread sleep and all others wake it.
pub struct Parker {
    /// Woken, and has not noticed yet.
    woken: AtomicBool,
    thread: thread::Thread,
}

impl Parker {
    /// For the thread that calls this.
    pub fn new() -> Arc<Parker> {
        Arc::new(Parker { woken: AtomicBool::new(false), thread: thread::current() })
    }

    /// Wakes the thread. If it is awake, it will not fall asleep the next time.
    pub fn unpark(&self) {
        // Release: who wakes up sees all that was done before. If it was set already,
        // whoever set it unparks, and nobody has to do it twice.
        if !self.woken.swap(true, Release) {
            self.thread.unpark();
        }
    }

    /// Sleeps until it is woken; not at all if it has been since the last time. For
    /// the thread that made it.
    pub fn park(&self) {
        // Acquire: pairs with `unpark`. A loop, since `thread::park` may return for
        // other reasons, or for none.
        while !self.woken.swap(false, Acquire) {
            thread::park();
        }
    }
}
// ANCHOR_END: parker
