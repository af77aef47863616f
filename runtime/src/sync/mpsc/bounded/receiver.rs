//! The receiver of a bounded channel.

use super::Bounded;
#[cfg(doc)]
use crate::sync::mpsc::Sender;
use crate::{
    executor::park_thread,
    sync::mpsc::{channel::Rx, error::TryRecvError},
};
use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
};

/// Receives the messages of the [`Sender`]s in the order in which they were
/// sent.
pub struct Receiver<T> {
    rx: Rx<T, Bounded>,
}

impl<T> Receiver<T> {
    pub(super) fn new(rx: Rx<T, Bounded>) -> Self {
        Self { rx }
    }

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
    /// still receive what was sent, and permits that exist can still be used.
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

    /// Returns how many messages the channel has space for now. Reserved space
    /// does not count.
    pub fn capacity(&self) -> usize {
        self.rx.channel().semaphore.semaphore.available()
    }

    /// Returns how many messages the channel has space for when it is empty.
    pub fn max_capacity(&self) -> usize {
        self.rx.channel().semaphore.capacity
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

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.len())
            .field("closed", &self.is_closed())
            .finish()
    }
}
