//! Exercise `wakers/oneshot`: repair a channel whose receiver may sleep forever.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use wakers::AtomicWaker;

/// The sender was dropped without sending a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

struct Channel<T> {
    slot: Mutex<Slot<T>>,
    receiver: AtomicWaker,
}

enum Slot<T> {
    Empty,
    Full(T),
    Closed,
    Taken,
}

impl<T> Channel<T> {
    /// Runs `action` with the slot locked. It must not clone, wake
    /// or drop a waker.
    fn with<R>(&self, action: impl FnOnce(&mut Slot<T>) -> R) -> R {
        action(&mut self.slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends one value. It may be used on any thread.
pub struct Sender<T>(Arc<Channel<T>>);

/// A future that waits for the value.
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
    registered: bool,
}

/// Creates a channel for one value.
pub fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    let channel =
        Arc::new(Channel { slot: Mutex::new(Slot::Empty), receiver: AtomicWaker::new() });
    (Sender(Arc::clone(&channel)), Receiver { channel, registered: false })
}

impl<T> Sender<T> {
    /// Sends the value and wakes the receiver.
    pub fn send(self, value: T) {
        self.0.with(|slot| *slot = Slot::Full(value));
        self.0.receiver.wake();
    }
}

impl<T> Drop for Sender<T> {
    /// Tells the receiver that no value will come, unless one was sent.
    fn drop(&mut self) {
        self.0.with(|slot| {
            if let Slot::Empty = slot {
                *slot = Slot::Closed;
            }
        });
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Closed>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.channel.with(|slot| match std::mem::replace(slot, Slot::Taken) {
            Slot::Empty => {
                *slot = Slot::Empty;
                Poll::Pending
            }
            Slot::Full(value) => Poll::Ready(Ok(value)),
            Slot::Closed | Slot::Taken => Poll::Ready(Err(Closed)),
        });
        if polled.is_pending() && !self.registered {
            self.channel.receiver.register(cx.waker());
            self.registered = true;
        }
        polled
    }
}
