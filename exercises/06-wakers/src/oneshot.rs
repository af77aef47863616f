//! Exercise `wakers/oneshot`: a channel for one value, whose receiver may sleep
//! for ever, to be mended.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use wakers::AtomicWaker;

/// The sender is gone, and has sent nothing.
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
    /// Does something to the slot. Nobody is woken meanwhile.
    fn with<R>(&self, what: impl FnOnce(&mut Slot<T>) -> R) -> R {
        what(&mut self.slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends one value, from any thread.
pub struct Sender<T>(Arc<Channel<T>>);

/// Waits for it.
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
    registered: bool,
}

/// A channel for one value.
pub fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    let channel =
        Arc::new(Channel { slot: Mutex::new(Slot::Empty), receiver: AtomicWaker::new() });
    (Sender(Arc::clone(&channel)), Receiver { channel, registered: false })
}

impl<T> Sender<T> {
    /// Sends the value, and wakes who waits for it.
    pub fn send(self, value: T) {
        self.0.with(|slot| *slot = Slot::Full(value));
        self.0.receiver.wake();
    }
}

impl<T> Drop for Sender<T> {
    /// Who waits is to be told that nothing will come any more.
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
    /// When polled after it was ready.
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
