// ANCHOR: flag
//! Something to wait for: a flag that another thread raises.

use std::pin::Pin;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::{Context, Poll};

use crate::AtomicWaker;
use crate::primitives::AtomicBool;

/// Raised once, by any thread; waited for by one task at a time.
#[derive(Debug, Default)]
pub struct Flag {
    raised: AtomicBool,
    waker: AtomicWaker,
}

impl Flag {
    /// Not raised.
    pub fn new() -> Flag {
        Flag::default()
    }

    /// Raises it, then wakes who waits.
    pub fn raise(&self) {
        // Release: who sees it raised sees all that was done before.
        self.raised.store(true, Release);
        self.waker.wake();
    }

    /// Whether it has been raised.
    pub fn is_raised(&self) -> bool {
        // Acquire: pairs with `raise`.
        self.raised.load(Acquire)
    }

    /// Waits until it is raised.
    ///
    /// Cancel safe. If two wait, the one that was polled last is woken.
    pub fn wait(&self) -> Wait<'_> {
        Wait(self)
    }
}

/// Ready when the flag is raised. Made by [`Flag::wait`].
pub struct Wait<'f>(&'f Flag);

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // In this order: register, then look.
        self.0.waker.register(cx.waker());
        if self.0.is_raised() { Poll::Ready(()) } else { Poll::Pending }
    }
}
// ANCHOR_END: flag
