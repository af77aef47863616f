// ANCHOR: head
//! The smallest thing to wait for: a flag that another thread raises.

use std::pin::Pin;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::{Context, Poll};

use crate::AtomicWaker;
use crate::primitives::AtomicBool;
// ANCHOR_END: head

// ANCHOR: flag
/// A flag that any thread can raise once. Only one task can wait for it.
#[derive(Debug, Default)]
pub struct Flag {
    raised: AtomicBool,
    waker: AtomicWaker,
}

impl Flag {
    /// Raises the flag, then wakes the waiting task.
    pub fn raise(&self) {
        // Release pairs with the Acquire in `is_raised`.
        self.raised.store(true, Release);
        self.waker.wake();
    }

    /// Whether the flag is raised.
    pub fn is_raised(&self) -> bool {
        // Acquire pairs with the Release in `raise`.
        self.raised.load(Acquire)
    }
}
// ANCHOR_END: flag

// ANCHOR: wait
/// Ready when the flag is raised. Made by [`Flag::wait`].
pub struct Wait<'f>(&'f Flag);

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // The order matters: register, then check.
        self.0.waker.register(cx.waker());
        if self.0.is_raised() { Poll::Ready(()) } else { Poll::Pending }
    }
}
// ANCHOR_END: wait

// ANCHOR: new
impl Flag {
    /// A flag that is not raised.
    pub fn new() -> Flag {
        Flag::default()
    }

    /// Waits until the flag is raised.
    ///
    /// Cancel safe. If two tasks wait, only the one that was polled last is woken.
    pub fn wait(&self) -> Wait<'_> {
        Wait(self)
    }
}
// ANCHOR_END: new
