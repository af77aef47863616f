//! Waiting for the things of `sync` on a thread that runs no tasks.

use crate::executor::context;
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
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}
