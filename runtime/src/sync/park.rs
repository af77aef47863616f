//! Waiting on a thread that runs no tasks, for the things of `sync` above all.

use crate::executor::{context, coop};
use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
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
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    // The poll that this may be in has blocked: what is left of its budget says
    // nothing any more, and with none left this would go round for ever.
    coop::outside(|| {
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread::park();
        }
    })
}
