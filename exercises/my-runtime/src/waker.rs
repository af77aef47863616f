//! Exercise `wakers/waker`: a waker by hand, and the smallest executor.
//!
//! `Parker` is complete. You write the waker, its table of functions, and `block_on`.

use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::task::Waker;
// You will also need `Context`, `Poll`, `RawWaker` and `RawWakerVTable`.
use std::thread::{self, Thread};
use std::time::Instant;

/// Lets one thread sleep until another thread wakes it.
pub struct Parker {
    /// Another thread called `unpark`, and the owner has not noticed yet.
    woken: AtomicBool,
    /// The owner.
    thread: Thread,
}

impl Parker {
    /// Creates a parker for the current thread.
    pub fn new() -> Arc<Parker> {
        Arc::new(Parker { woken: AtomicBool::new(false), thread: thread::current() })
    }

    /// Wakes the owner. If it is awake, its next `park` returns at once.
    pub fn unpark(&self) {
        // Pairs with the Acquire swap in `park_until`.
        if !self.woken.swap(true, Release) {
            self.thread.unpark();
        }
    }

    /// Sleeps until `unpark` is called. Only the owner may call this.
    pub fn park(&self) {
        self.park_until(None);
    }

    /// Sleeps until `unpark` is called or `deadline` has passed. Only the owner may
    /// call this.
    pub fn park_until(&self, deadline: Option<Instant>) {
        // Pairs with the Release swap in `unpark`. The loop covers a `thread::park`
        // that returns early.
        while !self.woken.swap(false, Acquire) {
            let Some(deadline) = deadline else {
                thread::park();
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::park_timeout(left);
        }
    }
}

/// Creates a waker that unparks `parker`. The waker owns this reference.
pub fn waker(parker: Arc<Parker>) -> Waker {
    drop(parker);
    todo!("make a waker of this reference and a table of four functions")
}

/// Runs `future` on the current thread until it is ready. The thread sleeps when
/// the future is pending and no wake has arrived.
pub fn block_on<F: Future>(future: F) -> F::Output {
    drop(future);
    todo!("poll the future, and park between the polls")
}
