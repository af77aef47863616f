//! Exercise `timers/idle`: a deadline that moves with each message, and leaves the wheel
//! alone.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use timers::{Sleep, Timers, sleep};

/// Ready when a poll finds that no message has come for a whole limit. Made by [`idle`].
///
/// A message that comes after the limit still counts if no poll came between the two.
pub struct Idle {
    sleep: Pin<Box<Sleep>>,
    limit: Duration,
    last: Rc<Cell<Instant>>,
}

/// Notes each message, in a few nanoseconds. Made by [`idle`].
#[derive(Clone)]
pub struct Activity(Rc<Cell<Instant>>);

/// A future that is ready when nothing was noted for `limit`, and a handle to note
/// messages. The limit begins with this call.
///
/// # Panics
///
/// If the thread has no current timers.
pub fn idle(limit: Duration) -> (Idle, Activity) {
    let last = Rc::new(Cell::new(Timers::current().clock().now()));
    let idle = Idle { sleep: Box::pin(sleep(limit)), limit, last: Rc::clone(&last) };
    (idle, Activity(last))
}

impl Activity {
    /// A message has come. Does not touch the wheel, and wakes no task.
    pub fn note(&self) {
        self.0.set(Timers::current().clock().now());
    }
}

impl Future for Idle {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let _ = (self.sleep.as_mut().poll(cx), self.limit, self.last.get());
        todo!("wait until a whole limit has passed since the last message")
    }
}
