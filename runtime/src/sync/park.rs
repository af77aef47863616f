//! Waits on a thread that runs no tasks, above all for the types of `sync`.

use crate::{budget, executor::context};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

struct ThreadWaker {
    thread: Thread,
    /// Whether the future was woken since the thread last waited. The thread's
    /// own token is not enough: code inside the poll may park the thread and
    /// use the token up.
    woken: AtomicBool,
}

impl ThreadWaker {
    fn wait(&self) {
        // Ordering: Acquire pairs with the Release in `wake`.
        while !self.woken.swap(false, Acquire) {
            thread::park();
        }
    }
}

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        // Ordering: Release pairs with the Acquire in `wait`.
        if !self.woken.swap(true, Release) {
            self.thread.unpark();
        }
    }
}

/// Blocks the thread until the future is ready.
///
/// # Panics
/// Inside a runtime, whose tasks would all have to wait.
#[track_caller]
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    assert!(
        !context::is_entered(),
        "this would block the runtime's thread and every task on it: \
         use the async function, or `spawn_blocking`"
    );
    wait_for(future)
}

/// Blocks the thread until the future is ready, even if the thread runs tasks.
pub(crate) fn wait_for<F: Future>(future: F) -> F::Output {
    let thread_waker = Arc::new(ThreadWaker {
        thread: thread::current(),
        woken: AtomicBool::new(false),
    });
    let waker = Waker::from(Arc::clone(&thread_waker));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    // If this runs inside the poll of a task, that poll blocks here, so its
    // budget means nothing any more. With a spent budget, the future would
    // never be ready.
    budget::outside(|| {
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread_waker.wait();
        }
    })
}
