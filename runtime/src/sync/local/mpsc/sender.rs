//! The senders.

#[cfg(doc)]
use super::Receiver;
use super::{LocalChannel, Space, reserve::Reserve, wake};
use crate::sync::mpsc::error::{SendError, TrySendError};
use std::{cell::RefCell, fmt, future::poll_fn, rc::Rc};

/// Sends to a [`Receiver`] of the same thread. Clone it to have several
/// senders.
pub struct Sender<T> {
    channel: Rc<RefCell<LocalChannel<T>>>,
}

impl<T> Sender<T> {
    /// The one sender that a new channel counts.
    pub(super) fn new(channel: &Rc<RefCell<LocalChannel<T>>>) -> Self {
        let channel = Rc::clone(channel);
        Self { channel }
    }

    /// Waits until the channel has space, and sends. Senders that wait get
    /// space in the order in which they came.
    ///
    /// # Errors
    /// Returns the message if the receiver is dropped or closed, before or
    /// during the wait.
    ///
    /// # Cancel safety
    /// A call that is dropped sends nothing, drops the message and loses its
    /// position in the queue.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        let mut reserve = Reserve::new(&self.channel);
        if let Space::Closed = poll_fn(|context| reserve.poll(context)).await {
            return Err(SendError(message));
        }
        let waker = self.channel.borrow_mut().push(message);
        wake(waker);
        Ok(())
    }

    /// Sends if the channel has space now.
    ///
    /// # Errors
    /// Returns the message if the channel is full, or if the receiver is
    /// dropped or closed.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let mut channel = self.channel.borrow_mut();
        match channel.reserve() {
            Space::Closed => return Err(TrySendError::Closed(message)),
            Space::Full => return Err(TrySendError::Full(message)),
            Space::Reserved => {}
        }
        let waker = channel.push(message);
        drop(channel);
        wake(waker);
        Ok(())
    }

    /// Returns whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.channel.borrow().closed
    }

    /// Returns whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.channel, &other.channel)
    }

    /// Returns how many messages the channel has space for now.
    pub fn capacity(&self) -> usize {
        self.channel.borrow().capacity
    }

    /// Returns how many messages the channel has space for when it is empty.
    pub fn max_capacity(&self) -> usize {
        self.channel.borrow().max_capacity
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.channel.borrow_mut().senders += 1;
        let channel = Rc::clone(&self.channel);
        Self { channel }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut channel = self.channel.borrow_mut();
        channel.senders -= 1;
        let last = channel.senders == 0;
        let waker = if last { channel.receiver.take() } else { None };
        drop(channel);
        wake(waker);
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("capacity", &self.capacity())
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// Sends to a [`Receiver`] of the same thread, without a limit.
pub struct UnboundedSender<T> {
    sender: Sender<T>,
}

impl<T> UnboundedSender<T> {
    /// `sender` belongs to a channel with the largest capacity.
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self { sender }
    }

    /// Sends. Never waits.
    ///
    /// # Errors
    /// Returns the message if the receiver is dropped or closed.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let sent = self.sender.try_send(message);
        sent.map_err(|error| SendError(error.into_inner()))
    }

    /// Returns whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Returns whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.sender.same_channel(&other.sender)
    }
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        Self {
            sender: self.sender.clone(),
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
