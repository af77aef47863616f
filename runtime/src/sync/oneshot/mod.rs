//! One value from one task to another.
//!
//! [`channel`] makes a [`Sender`], which sends once and never waits, and a
//! [`Receiver`], which is a future. The channel is one allocation and has no
//! lock.
//!
//! ```
//! use wakeful::sync::oneshot;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (question, asked) = oneshot::channel();
//!     let (answer, answered) = oneshot::channel();
//!     let oracle = wakeful::spawn_local(async move {
//!         let question: u32 = asked.await.expect("a question comes");
//!         answer.send(question * 2).expect("the receiver waits");
//!     });
//!     question.send(21).expect("the oracle waits");
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

/// Creates a channel for one value.
#[cfg_attr(feature = "taskdump", track_caller)]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = channel::halves();
    let half = Some(receiver);
    (Sender { half: sender }, Receiver { half })
}

/// Sends one value. If it is dropped without sending, the receiver gets an
/// error.
pub struct Sender<T> {
    half: Half<T>,
}

impl<T> Sender<T> {
    /// Sends the value and wakes the receiver. Never waits, and takes constant
    /// time.
    ///
    /// `Ok` does not mean that the value will be received: the receiver may be
    /// dropped before it takes it.
    ///
    /// # Errors
    /// Returns the value if the receiver has been dropped or closed.
    pub fn send(self, value: T) -> Result<(), T> {
        // SAFETY: this is the sender, and `self` by value allows one call.
        unsafe { self.half.send(value) }
    }

    /// Waits until the receiver is dropped or closed, so that you can stop
    /// computing the value.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing.
    pub async fn closed(&mut self) {
        poll_fn(|context| self.poll_closed(context)).await;
    }

    /// Polls whether the receiver is gone, as [`closed`](Self::closed) does. The
    /// receiver's end wakes the task that polled last.
    pub fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(context));
        let snapshot = self.half.register(context);
        self.half.record(snapshot);
        if !snapshot.is_over() {
            return Poll::Pending;
        }
        budget::spend();
        Poll::Ready(())
    }

    /// Returns whether the receiver has been dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.half.load().is_closed()
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// Receives one value. Awaiting it returns the value, or an error if the sender
/// was dropped without sending.
///
/// # Panics
/// If it is polled again after it was ready.
///
/// # Cancel safety
/// Awaiting `&mut receiver` in a future that is dropped loses nothing.
#[must_use = "futures do nothing unless awaited"]
pub struct Receiver<T> {
    /// `None` after it was ready.
    half: Option<Half<T>>,
}

impl<T> Receiver<T> {
    /// Makes sending fail from now on. A value that was sent before can still be
    /// received.
    pub fn close(&mut self) {
        if let Some(half) = &mut self.half {
            half.close();
        }
    }

    /// Returns the value if it is there.
    ///
    /// # Errors
    /// [`Empty`](TryRecvError::Empty) if it is not there yet,
    /// [`Closed`](TryRecvError::Closed) if it will not come, or has been
    /// received already.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let half = self.half.as_mut().ok_or(TryRecvError::Closed)?;
        let snapshot = half.load();
        if !snapshot.is_over() {
            return Err(TryRecvError::Empty);
        }
        // SAFETY: this is the receiver.
        let value = unsafe { half.take(snapshot) };
        self.half = None;
        value.ok_or(TryRecvError::Closed)
    }

    /// Blocks the thread until the value comes. For threads that run no tasks.
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

    /// Returns whether the receiver has been ready already, so that nothing is
    /// left to receive.
    pub fn is_terminated(&self) -> bool {
        self.half.is_none()
    }

    /// Returns whether no value is there now.
    pub fn is_empty(&self) -> bool {
        self.half.as_ref().is_none_or(|half| !half.load().is_sent())
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(budget::poll_proceed(context));
        let half = self.half.as_mut();
        let half = half.expect("a oneshot receiver was polled again after it was ready");
        let snapshot = half.register(context);
        half.record(snapshot);
        if !snapshot.is_over() {
            return Poll::Pending;
        }
        budget::spend();
        // SAFETY: this is the receiver.
        let value = unsafe { half.take(snapshot) };
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
