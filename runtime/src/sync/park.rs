//! Waiting on a thread that runs no tasks, for the things of `sync` above all.

use crate::{
    budget,
    executor::context,
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

struct Unpark {
    thread: Thread,
    /// Whether it was, since it last waited. The thread's token is not enough:
    /// whoever parks inside of the poll takes that.
    woken: AtomicBool,
}

impl Unpark {
    fn wait(&self) {
        // Ordering: Acquire, to see what was done before the wake.
        while !self.woken.swap(false, Acquire) {
            park();
        }
    }
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        // Ordering: Release, as above.
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

/// Blocks the thread, whatever it is, until the future is ready.
pub(crate) fn wait_for<F: Future>(future: F) -> F::Output {
    let unpark = Arc::new(Unpark {
        thread: current(),
        woken: AtomicBool::new(false),
    });
    let waker = Waker::from(Arc::clone(&unpark));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    // The poll that this may be in has blocked: what is left of its budget says
    // nothing any more, and with none left this would go round for ever.
    budget::outside(|| {
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            unpark.wait();
        }
    })
}
