//! Channels without a limit.

use super::{
    channel::{self, Rx, Semaphore, Tx, WeakTx},
    error::{SendError, TryRecvError},
};
use crate::executor::park_thread;
use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
};

/// No limit. After `close`, the queue itself refuses messages.
struct Unbounded;

impl Semaphore for Unbounded {
    fn received(&self, _: usize) {}
    fn close(&self) {}

    fn is_idle(&self) -> bool {
        true
    }
}

/// Creates a channel without a limit. Nothing slows the senders down: messages
/// that the receiver has not taken yet stay in memory.
#[cfg_attr(feature = "taskdump", track_caller)]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (tx, rx) = channel::channel(Unbounded);
    (UnboundedSender { tx }, UnboundedReceiver { rx })
}

/// Sends to an [`UnboundedReceiver`]. Clone it to have several senders.
pub struct UnboundedSender<T> {
    tx: Tx<T, Unbounded>,
}

impl<T> UnboundedSender<T> {
    /// Sends. Never waits: it takes two atomic exchanges, and allocates one
    /// block for every 31 messages.
    ///
    /// # Errors
    /// Returns the message if the receiver is dropped or closed.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.tx.queue.push_unless_closed(message).map_err(SendError)
    }

    /// Waits until the receiver is dropped or closed.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing.
    pub async fn closed(&self) {
        self.tx.closed().await;
    }

    /// Returns whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.tx.queue.is_closed()
    }

    /// Returns whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.tx.is_same_channel(&other.tx)
    }

    /// Makes a sender that does not keep the channel open.
    #[must_use = "the weak sender is the only result"]
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender {
            tx: self.tx.downgrade(),
        }
    }

    /// Returns how many senders exist.
    pub fn strong_count(&self) -> usize {
        self.tx.senders()
    }

    /// Returns how many weak senders exist.
    pub fn weak_count(&self) -> usize {
        self.tx.weak_senders()
    }
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        Self {
            tx: self.tx.clone(),
        }
    }
}

impl<T> fmt::Debug for UnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnboundedSender")
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// A sender that does not keep the channel open: when only weak senders are
/// left, the receiver's [`recv`](UnboundedReceiver::recv) returns `None`.
pub struct WeakUnboundedSender<T> {
    tx: WeakTx<T, Unbounded>,
}

impl<T> WeakUnboundedSender<T> {
    /// Makes a sender, unless the last one is gone.
    pub fn upgrade(&self) -> Option<UnboundedSender<T>> {
        self.tx.upgrade().map(|tx| UnboundedSender { tx })
    }

    /// Returns how many senders exist.
    pub fn strong_count(&self) -> usize {
        self.tx.senders()
    }

    /// Returns how many weak senders exist.
    pub fn weak_count(&self) -> usize {
        self.tx.weak_senders()
    }
}

impl<T> Clone for WeakUnboundedSender<T> {
    fn clone(&self) -> Self {
        Self {
            tx: self.tx.clone(),
        }
    }
}

impl<T> fmt::Debug for WeakUnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakUnboundedSender")
            .finish_non_exhaustive()
    }
}

/// Receives the messages of the [`UnboundedSender`]s in the order in which they
/// were sent.
pub struct UnboundedReceiver<T> {
    rx: Rx<T, Unbounded>,
}

impl<T> UnboundedReceiver<T> {
    /// Waits for the next message. Returns `None` when no messages are left and
    /// no more can come, because all senders are dropped or the channel is
    /// closed.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing: it takes a message only in the
    /// poll that returns it.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// Polls for the next message, as [`recv`](Self::recv) does. A message
    /// wakes the task that polled last.
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.rx.poll_recv(context)
    }

    /// Waits for the next message and appends it, and the messages that follow
    /// it, to `buffer`. Takes at most `limit` messages and returns how many it
    /// took: 0 if the channel has ended, or if `limit` is 0.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing.
    pub async fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        poll_fn(|context| self.poll_recv_many(context, buffer, limit)).await
    }

    /// Polls for messages, as [`recv_many`](Self::recv_many) does.
    pub fn poll_recv_many(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        self.rx.poll_recv_many(context, buffer, limit)
    }

    /// Blocks the thread until a message comes. For threads that run no tasks.
    /// Returns what [`recv`](Self::recv) returns.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        park_thread::block_on(self.recv())
    }

    /// Blocks the thread until messages come. For threads that run no tasks.
    /// Returns what [`recv_many`](Self::recv_many) returns.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        park_thread::block_on(self.recv_many(buffer, limit))
    }

    /// Returns the next message if it is there.
    ///
    /// A message that was sent before this call is found, even if another
    /// thread is just sending an earlier one. The call then waits for that
    /// thread without going to sleep.
    ///
    /// # Errors
    /// [`Empty`](TryRecvError::Empty) if no message is there now,
    /// [`Disconnected`](TryRecvError::Disconnected) if none will come.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.rx.try_recv()
    }

    /// Closes the channel: senders get an error from now on. The receiver can
    /// still receive what was sent.
    pub fn close(&mut self) {
        self.rx.close();
    }

    /// Returns whether the channel is closed or all senders are dropped.
    pub fn is_closed(&self) -> bool {
        self.rx.is_closed()
    }

    /// Returns whether no message is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many messages are there.
    pub fn len(&self) -> usize {
        self.rx.len()
    }

    /// Returns how many senders exist.
    pub fn sender_strong_count(&self) -> usize {
        self.rx.channel().senders()
    }

    /// Returns how many weak senders exist.
    pub fn sender_weak_count(&self) -> usize {
        self.rx.channel().weak_senders()
    }
}

impl<T> fmt::Debug for UnboundedReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnboundedReceiver")
            .field("len", &self.len())
            .field("closed", &self.is_closed())
            .finish()
    }
}
