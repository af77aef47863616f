// ANCHOR: head
//! A thread that sleeps until another thread wakes it.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::primitives::{AtomicBool, thread};
// ANCHOR_END: head

// ANCHOR: parker
/// Lets one thread sleep, and all others wake it.
pub struct Parker {
    /// Whether the thread was woken and has not noticed it yet.
    woken: AtomicBool,
    thread: thread::Thread,
}

impl Parker {
    /// A parker for the current thread.
    pub fn new() -> Arc<Parker> {
        Arc::new(Parker { woken: AtomicBool::new(false), thread: thread::current() })
    }
    // ANCHOR_END: parker

    // ANCHOR: park
    /// Sleeps until the thread is woken. Returns at once if it was woken since the
    /// last call. Only for the thread that made this parker.
    pub fn park(&self) {
        // Acquire pairs with the Release in `unpark`.
        while !self.woken.swap(false, Acquire) {
            thread::park();
        }
    }
    // ANCHOR_END: park

    // ANCHOR: unpark
    /// Wakes the thread. If it is awake, its next `park` returns at once.
    pub fn unpark(&self) {
        // Release pairs with the Acquire in `park`.
        if !self.woken.swap(true, Release) {
            self.thread.unpark();
        }
    }
}
// ANCHOR_END: unpark
