// ANCHOR: head
//! The future that waits for an instant.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use deadlines::Timer;
use pin_project_lite::pin_project;

use crate::Timers;
use crate::timers::later;
// ANCHOR_END: head

// ANCHOR: sleep
pin_project! {
    /// Ready at its deadline, and never earlier. Made by [`sleep`] and [`sleep_until`].
    ///
    /// It may be polled after it was ready, and is then ready again.
    pub struct Sleep {
        #[pin]
        timer: Timer,
        deadline: Instant,
        timers: Timers,
    }
}

/// Waits for `duration`, counted from this call.
///
/// # Panics
///
/// If the thread has no current timers.
pub fn sleep(duration: Duration) -> Sleep {
    let now = Timers::current().clock().now();
    sleep_until(later(now, duration))
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().timer.poll(cx)
    }
}
// ANCHOR_END: sleep

// ANCHOR: reset
impl Sleep {
    /// Moves the deadline, in O(1). If a task waits, it is woken at the new deadline.
    pub fn reset(self: Pin<&mut Self>, deadline: Instant) {
        let this = self.project();
        *this.deadline = deadline;
        this.timer.reset(this.timers.tick(deadline));
    }

    /// When it is ready.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }
}
// ANCHOR_END: reset

// ANCHOR: rest
/// Waits until `deadline`. If that has passed, it is ready at the first poll, or after
/// the next turn of the loop.
///
/// # Panics
///
/// If the thread has no current timers.
pub fn sleep_until(deadline: Instant) -> Sleep {
    let timers = Timers::current();
    Sleep { timer: timers.timer(deadline), deadline, timers }
}
// ANCHOR_END: rest
