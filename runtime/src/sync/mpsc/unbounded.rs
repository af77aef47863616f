//! Channels that take everything at once.

use super::{
    channel::{self, Channel, Limit, Rx, Tx},
    error::{SendError, TryRecvError},
};
use crate::{executor::park_thread, primitives::Arc};
use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
};

/// No limit: the queue itself refuses what comes after it was closed.
struct Unbounded;

impl Limit for Unbounded {
    fn received(&self, _: usize) {}
    fn close(&self) {}

    fn is_idle(&self) -> bool {
        true
    }
}

/// A channel that takes everything at once. Nothing slows its senders down:
/// what the receiver does not keep up with is kept in memory.
#[cfg_attr(feature = "trace", track_caller)]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (tx, rx) = channel::channel(Unbounded);
    (UnboundedSender { tx }, UnboundedReceiver { rx })
}

/// Sends to an [`UnboundedReceiver`]; one of any number, made by `clone`.
pub struct UnboundedSender<T> {
    tx: Tx<T, Unbounded>,
}

impl<T> UnboundedSender<T> {
    /// Sends. Never waits: two atomic exchanges, and no allocation but a block
    /// for every 31 messages.
    ///
    /// # Errors
    /// Gives the message back if the receiver is dropped or closed.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.tx.queue.push_unless_closed(message).map_err(SendError)
    }

    /// Waits until the receiver is dropped or closed.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn closed(&self) {
        self.tx.closed().await;
    }

    /// Whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.tx.queue.is_closed()
    }

    /// Whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.tx.channel(), other.tx.channel())
    }

    /// A sender that does not keep the channel open.
    #[must_use = "a weak sender is for keeping"]
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender {
            channel: Arc::clone(self.tx.channel()),
        }
    }

    /// How many senders there are.
    pub fn strong_count(&self) -> usize {
        self.tx.senders()
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

/// A sender that does not keep the channel open: the receiver's
/// [`recv`](UnboundedReceiver::recv) does not wait for it.
pub struct WeakUnboundedSender<T> {
    channel: Arc<Channel<T, Unbounded>>,
}

impl<T> WeakUnboundedSender<T> {
    /// A sender, if there is still one.
    pub fn upgrade(&self) -> Option<UnboundedSender<T>> {
        let tx = channel::upgrade(&self.channel)?;
        Some(UnboundedSender { tx })
    }
}

impl<T> Clone for WeakUnboundedSender<T> {
    fn clone(&self) -> Self {
        Self {
            channel: Arc::clone(&self.channel),
        }
    }
}

impl<T> fmt::Debug for WeakUnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakUnboundedSender")
            .finish_non_exhaustive()
    }
}

/// Receives what the [`UnboundedSender`]s send, in the order in which they did.
pub struct UnboundedReceiver<T> {
    rx: Rx<T, Unbounded>,
}

impl<T> UnboundedReceiver<T> {
    /// Waits for the next message. `None` when all senders are dropped, or
    /// the channel is closed, and nothing is left to receive.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing: a message is taken in the poll that is ready.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// [`recv`](Self::recv), one poll of it. The last task to poll is the one
    /// that is woken.
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.rx.poll_recv(context)
    }

    /// Waits for the next message, and appends it and those behind it to
    /// `buffer`, up to `limit`. Returns how many there were: 0 when nothing
    /// will come any more, or if `limit` is 0.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        poll_fn(|context| self.poll_recv_many(context, buffer, limit)).await
    }

    /// [`recv_many`](Self::recv_many), one poll of it.
    pub fn poll_recv_many(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        self.rx.poll_recv_many(context, buffer, limit)
    }

    /// [`recv`](Self::recv) on a thread that runs no tasks.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        park_thread::block_on(self.recv())
    }

    /// The next message, if it is there. A message that was sent before this
    /// call is found, even if another thread is in the middle of sending one
    /// that comes first: that one is waited for, without going to sleep.
    ///
    /// # Errors
    /// If none is there now, or none ever will be.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.rx.try_recv()
    }

    /// Lets no more messages in. What has been sent can still be received.
    pub fn close(&mut self) {
        self.rx.close();
    }

    /// Whether no more messages are let in.
    pub fn is_closed(&self) -> bool {
        self.rx.is_closed()
    }

    /// Whether no message is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many messages are there.
    pub fn len(&self) -> usize {
        self.rx.len()
    }

    /// How many senders there are.
    pub fn sender_strong_count(&self) -> usize {
        self.rx.channel().senders()
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
