// ANCHOR: head
//! The future that waits for a tick.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::Wheel;
use crate::slot::Entry;
use crate::wheel::Levels;
// ANCHOR_END: head

// ANCHOR: timer
/// Ready when the wheel has reached the deadline. Made by [`Wheel::timer`].
///
/// It may be polled after it was ready, and is then ready again.
pub struct Timer {
    wheel: Rc<Levels>,
    entry: Entry,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_ref().get_ref();
        // Store the waker first. `clone` runs foreign code, which may advance the wheel.
        let old = this.entry.waker.replace(Some(cx.waker().clone()));
        drop(old);
        if this.is_due() {
            drop(this.entry.waker.take());
            return Poll::Ready(());
        }
        if this.entry.place.get().is_none() {
            this.wheel.link(self.as_ref().entry());
        }
        Poll::Pending
    }
}
// ANCHOR_END: timer

// ANCHOR: reset
impl Timer {
    /// Moves the deadline, in O(1). If the timer waits, its task is woken at the new
    /// deadline, or at once if that has passed.
    pub fn reset(self: Pin<&mut Self>, deadline: u64) {
        let this = self.as_ref().get_ref();
        let waits = this.wheel.unlink(&this.entry);
        this.entry.deadline.set(deadline);
        if waits && !this.is_due() {
            this.wheel.link(self.as_ref().entry());
        } else if let Some(waker) = this.entry.waker.take() {
            waker.wake();
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.wheel.unlink(&self.entry);
    }
}
// ANCHOR_END: reset

// ANCHOR: rest
impl Timer {
    pub(crate) fn new(wheel: &Wheel, deadline: u64) -> Timer {
        Timer { wheel: Rc::clone(&wheel.0), entry: Entry::new(deadline) }
    }

    /// The tick for which this timer waits.
    pub fn deadline(&self) -> u64 {
        self.entry.deadline.get()
    }

    /// Whether the wheel has reached the deadline.
    pub fn is_due(&self) -> bool {
        self.deadline() <= self.wheel.now()
    }

    fn entry(self: Pin<&Self>) -> Pin<&Entry> {
        // SAFETY: no code moves the entry out of `Timer`, which is not `Unpin`, is not
        // packed, and does not move it in `drop`.
        unsafe { self.map_unchecked(|this| &this.entry) }
    }
}
// ANCHOR_END: rest
