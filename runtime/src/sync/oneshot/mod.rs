//! One value from one task to another.
//!
//! [`channel`] makes a [`Sender`], which sends once and never waits, and a
//! [`Receiver`], which is a future. One allocation; no lock.
//!
//! ```
//! use wakeful::sync::oneshot;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (question, asked) = oneshot::channel();
//!     let (answer, answered) = oneshot::channel();
//!     let oracle = wakeful::spawn_local(async move {
//!         let question: u32 = asked.await.expect("somebody asks");
//!         answer.send(question * 2).expect("somebody listens");
//!     });
//!     question.send(21).expect("the oracle listens");
//!     assert_eq!(answered.await, Ok(42));
//!     oracle.await
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod channel;
pub mod error;
mod state;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

use crate::{budget, executor::park_thread};
use channel::Half;
use error::{RecvError, TryRecvError};
use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A channel for one value.
#[cfg_attr(feature = "trace", track_caller)]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = channel::halves();
    let half = Some(receiver);
    (Sender { half: sender }, Receiver { half })
}

/// Sends one value. Dropped without sending, it ends the receiver's wait with
/// an error.
pub struct Sender<T> {
    half: Half<T>,
}

impl<T> Sender<T> {
    /// Sends the value, and wakes the receiver. Never waits; constant time.
    ///
    /// That a value was sent does not mean that it will be received: the
    /// receiver can be dropped with it.
    ///
    /// # Errors
    /// Gives the value back if the receiver has been dropped or closed.
    pub fn send(self, value: T) -> Result<(), T> {
        // SAFETY: the sender, which sending uses up.
        unsafe { self.half.send(value) }
    }

    /// Waits until the receiver is dropped or closed: nobody wants the value.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn closed(&mut self) {
        poll_fn(|context| self.poll_closed(context)).await;
    }

    /// [`closed`](Self::closed), one poll of it. The last task to poll is the
    /// one that is woken.
    pub fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(context));
        let seen = self.half.register(context);
        self.half.note(seen);
        if !seen.is_over() {
            return Poll::Pending;
        }
        budget::spend();
        Poll::Ready(())
    }

    /// Whether the receiver has been dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.half.look().is_closed()
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// Receives one value: awaiting it gives the value, or an error if the sender
/// is dropped without sending.
///
/// # Panics
/// If it is polled again after it was ready.
///
/// # Cancel safety
/// Awaiting `&mut receiver` loses nothing if the wait is dropped.
#[must_use = "futures do nothing unless awaited"]
pub struct Receiver<T> {
    /// `None` once it has told how the channel ended.
    half: Option<Half<T>>,
}

impl<T> Receiver<T> {
    /// Refuses what has not been sent yet. What has been can still be
    /// received.
    pub fn close(&mut self) {
        if let Some(half) = &mut self.half {
            half.close();
        }
    }

    /// The value, if it is there.
    ///
    /// # Errors
    /// [`Empty`](TryRecvError::Empty) if it is not there yet,
    /// [`Closed`](TryRecvError::Closed) if it will not come, or has been
    /// received already.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let half = self.half.as_mut().ok_or(TryRecvError::Closed)?;
        let seen = half.look();
        if !seen.is_over() {
            return Err(TryRecvError::Empty);
        }
        // SAFETY: the receiver.
        let value = unsafe { half.take(seen) };
        self.half = None;
        value.ok_or(TryRecvError::Closed)
    }

    /// Waits for the value on a thread that runs no tasks.
    ///
    /// # Errors
    /// If the sender was dropped without sending.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_recv(self) -> Result<T, RecvError> {
        park_thread::block_on(self)
    }

    /// Whether there is nothing left to receive.
    pub fn is_terminated(&self) -> bool {
        self.half.is_none()
    }

    /// Whether no value is there at this moment.
    pub fn is_empty(&self) -> bool {
        self.half.as_ref().is_none_or(|half| !half.look().is_sent())
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(budget::poll_proceed(context));
        let half = self.half.as_mut();
        let half = half.expect("the receiver has been ready already");
        let seen = half.register(context);
        half.note(seen);
        if !seen.is_over() {
            return Poll::Pending;
        }
        budget::spend();
        // SAFETY: the receiver.
        let value = unsafe { half.take(seen) };
        self.half = None;
        Poll::Ready(value.ok_or(RecvError(())))
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("empty", &self.is_empty())
            .finish()
    }
}
