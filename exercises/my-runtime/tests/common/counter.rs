//! A waker that counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Wake, Waker};

/// Counts the wakes of its wakers.
#[derive(Default)]
pub struct Counter(AtomicU32);

impl Counter {
    pub fn new() -> Arc<Counter> {
        Arc::default()
    }

    /// How often a waker of this counter was woken.
    pub fn wakes(&self) -> u32 {
        // Relaxed: all is on one thread.
        self.0.load(Relaxed)
    }

    pub fn waker(self: &Arc<Counter>) -> Waker {
        Waker::from(Arc::clone(self))
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        // Relaxed: all is on one thread.
        self.0.fetch_add(1, Relaxed);
    }
}
