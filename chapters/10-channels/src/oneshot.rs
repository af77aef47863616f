// ANCHOR: head
//! A channel for one value.

use std::error::Error;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::lock::Lock;
// ANCHOR_END: head

// ANCHOR: slot
/// What the two ends share.
struct Slot<T>(Lock<State<T>>);

enum State<T> {
    /// No value yet. If the receiver waits, this is its waker.
    Empty(Option<Waker>),
    Sent(T),
    /// The receiver has the value, or one end was dropped.
    Closed,
}

impl<T> Slot<T> {
    /// Changes the state and returns the old one. The caller drops or wakes what is in
    /// it, without the lock.
    fn replace(&self, state: State<T>) -> State<T> {
        mem::replace(&mut self.0.lock(), state)
    }
}

/// Makes a channel for one value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let slot = Arc::new(Slot(Lock::new(State::Empty(None))));
    (Sender { slot: Arc::clone(&slot) }, Receiver { slot })
}
// ANCHOR_END: slot

// ANCHOR: sender
/// Sends the value. If it is dropped first, the receiver gets an error.
pub struct Sender<T> {
    slot: Arc<Slot<T>>,
}

impl<T> Sender<T> {
    /// Sends the value. Never waits.
    ///
    /// # Errors
    ///
    /// The value, if the receiver was dropped.
    pub fn send(self, value: T) -> Result<(), T> {
        let mut state = self.slot.0.lock();
        if let State::Closed = *state {
            return Err(value);
        }
        let old = mem::replace(&mut *state, State::Sent(value));
        drop(state);
        if let State::Empty(Some(receiver)) = old {
            receiver.wake();
        }
        Ok(())
    }
}

// ANCHOR_END: sender

// ANCHOR: sender_drop
impl<T> Drop for Sender<T> {
    /// Tells the receiver that no value will come, unless one was sent.
    fn drop(&mut self) {
        let mut state = self.slot.0.lock();
        if let State::Empty(receiver) = &mut *state {
            let receiver = receiver.take();
            *state = State::Closed;
            drop(state);
            if let Some(receiver) = receiver {
                receiver.wake();
            }
        }
    }
}
// ANCHOR_END: sender_drop

// ANCHOR: receiver
/// Waits for the value. It is a future.
pub struct Receiver<T> {
    slot: Arc<Slot<T>>,
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Dropped>;

    /// Cancel safe if you poll it through a `&mut`: the value stays in the channel until
    /// the poll that returns it. After that, a poll gives `Dropped`.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = cx.waker().clone();
        let mut state = self.slot.0.lock();
        if let State::Empty(receiver) = &mut *state {
            let old = receiver.replace(waker);
            drop(state);
            drop(old);
            return Poll::Pending;
        }
        let old = mem::replace(&mut *state, State::Closed);
        drop(state);
        Poll::Ready(if let State::Sent(value) = old { Ok(value) } else { Err(Dropped) })
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        drop(self.slot.replace(State::Closed));
    }
}
// ANCHOR_END: receiver

// ANCHOR: rest
impl<T> Sender<T> {
    /// Whether the receiver was dropped.
    pub fn is_closed(&self) -> bool {
        matches!(*self.slot.0.lock(), State::Closed)
    }
}

/// The sender was dropped without a value, or the value was received already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sender was dropped without a value")
    }
}

impl Error for Dropped {}
// ANCHOR_END: rest
