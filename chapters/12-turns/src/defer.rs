// ANCHOR: head
//! Tasks that let everything else run first.

use std::cell::RefCell;
use std::future::poll_fn;
use std::mem;
use std::task::{Poll, Waker};
// ANCHOR_END: head

// ANCHOR: yield
/// Lets all other woken tasks run, and the reactor and the timers, before the task goes
/// on.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        defer(cx.waker());
        Poll::Pending
    })
    .await;
}
// ANCHOR_END: yield

// ANCHOR: defer
thread_local! {
    /// The tasks that yielded in this round. `None` if no runtime of this chapter runs on
    /// the thread.
    static DEFERRED: RefCell<Option<Vec<Waker>>> = const { RefCell::new(None) };
}

/// Wakes a task later: after this round of polls, and after the runtime has looked at the
/// reactor and the timers. On a thread without a runtime of this chapter, wakes it at once.
/// A task must not run another executor in its poll, because tasks that yield there would
/// wait for the outer runtime.
pub fn defer(waker: &Waker) {
    let waker = waker.clone();
    let at_once = DEFERRED.with_borrow_mut(|deferred| match deferred {
        Some(deferred) => {
            deferred.push(waker);
            None
        }
        None => Some(waker),
    });
    if let Some(waker) = at_once {
        waker.wake();
    }
}

/// Takes the tasks that have yielded since the last call.
pub(crate) fn take_deferred() -> Vec<Waker> {
    DEFERRED
        .with_borrow_mut(|deferred| deferred.as_mut().map(mem::take))
        .unwrap_or_default()
}
// ANCHOR_END: defer

// ANCHOR: rest
/// Until it is dropped, this thread collects the tasks that yield.
#[must_use]
pub(crate) struct Collecting {
    before: Option<Vec<Waker>>,
}

impl Collecting {
    pub(crate) fn begin() -> Collecting {
        Collecting { before: DEFERRED.replace(Some(Vec::new())) }
    }
}

impl Drop for Collecting {
    /// Wakes the tasks that are left, so that they are polled in the next `block_on`.
    fn drop(&mut self) {
        let left = DEFERRED.replace(self.before.take());
        left.into_iter().flatten().for_each(Waker::wake);
    }
}
// ANCHOR_END: rest
