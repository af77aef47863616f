//! Blocking a thread that runs no tasks until a future is ready.

use super::{after_shutdown::BlockingRegionGuard, context};
use crate::{
    budget,
    primitives::{AtomicBool, Thread, current, park},
};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::Ordering::{Acquire, Release},
    },
    task::{Context, Poll, Wake, Waker},
};

struct ThreadWaker {
    thread: Thread,
    /// Whether it was woken since it last waited. The thread's own park token is not
    /// enough, because code inside the poll may park and take it.
    is_woken: AtomicBool,
}

impl ThreadWaker {
    fn wait(&self) {
        // Acquire pairs with the Release in `wake`: the poll that follows sees what
        // the waking thread wrote.
        while !self.is_woken.swap(false, Acquire) {
            park();
        }
    }
}

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        // Release pairs with the Acquire in `wait`.
        if !self.is_woken.swap(true, Release) {
            self.thread.unpark();
        }
    }
}

/// Blocks the thread until the future is ready.
///
/// # Panics
/// Inside a runtime, because that would block all its tasks.
#[track_caller]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    assert!(
        !context::must_not_block(),
        "this would block the runtime's thread and every task on it: \
         use the async function, or `spawn_blocking`"
    );
    wait_for(future)
}

/// Blocks the thread until the future is ready. Does not check whether the thread runs
/// tasks, which would be blocked too.
pub(crate) fn wait_for<F: Future>(future: F) -> F::Output {
    let _blocking = BlockingRegionGuard::new();
    let thread_waker = Arc::new(ThreadWaker {
        thread: current(),
        is_woken: AtomicBool::new(false),
    });
    let waker = Waker::from(Arc::clone(&thread_waker));
    let mut context = Context::from_waker(&waker);
    // This thread may be in a poll whose budget is spent. With that budget, the
    // future would never be ready.
    budget::outside(|| {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread_waker.wait();
        }
    })
}
