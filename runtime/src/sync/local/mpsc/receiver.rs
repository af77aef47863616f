//! The receiver.

#[cfg(doc)]
use super::Sender;
use super::{LocalChannel, Space, wake};
use crate::{budget, sync::mpsc::error::TryRecvError, taskdump};
use std::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, ready},
};

/// Receives the messages of the [`Sender`]s in the order in which they were
/// sent.
pub struct Receiver<T> {
    channel: Rc<RefCell<LocalChannel<T>>>,
}

impl<T> Receiver<T> {
    pub(super) fn new(channel: &Rc<RefCell<LocalChannel<T>>>) -> Self {
        let channel = Rc::clone(channel);
        Self { channel }
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
        ready!(budget::poll_proceed(context));
        let message = self.poll_next(context);
        let address = Rc::as_ptr(&self.channel).addr();
        taskdump::record_resource(&message, address, || self.channel.borrow().receive_resource);
        let message = ready!(message);
        budget::spend();
        Poll::Ready(message)
    }

    fn poll_next(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        let mut clone = None;
        loop {
            match self.try_recv() {
                Ok(message) => return Poll::Ready(Some(message)),
                Err(TryRecvError::Disconnected) => return Poll::Ready(None),
                Err(TryRecvError::Empty) => {}
            }
            let mut channel = self.channel.borrow_mut();
            let stored = channel.receiver.as_ref();
            if stored.is_some_and(|stored| stored.will_wake(context.waker())) {
                return Poll::Pending;
            }
            let Some(waker) = clone.take() else {
                // Cloning a waker is user code: end the borrow, clone, and
                // look again.
                drop(channel);
                clone = Some(context.waker().clone());
                continue;
            };
            let old = channel.receiver.replace(waker);
            drop(channel);
            drop(old);
            return Poll::Pending;
        }
    }

    /// Returns the next message if it is there.
    ///
    /// # Errors
    /// [`Empty`](TryRecvError::Empty) if no message is there now,
    /// [`Disconnected`](TryRecvError::Disconnected) if none will come.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let mut channel = self.channel.borrow_mut();
        let Some(message) = channel.messages.pop_front() else {
            return Err(if channel.is_over() {
                TryRecvError::Disconnected
            } else {
                TryRecvError::Empty
            });
        };
        let next = channel.free_space();
        drop(channel);
        wake(next);
        Ok(message)
    }

    /// Closes the channel: senders get an error from now on. The receiver can
    /// still receive what was sent.
    pub fn close(&mut self) {
        self.channel.borrow_mut().closed = true;
        loop {
            let mut channel = self.channel.borrow_mut();
            if channel.waiting.first().is_none() {
                return;
            }
            let refused = channel.waiting.dequeue_first(Space::Closed);
            drop(channel);
            wake(refused);
        }
    }

    /// Returns whether the channel is closed or all senders are dropped.
    pub fn is_closed(&self) -> bool {
        let channel = self.channel.borrow();
        channel.closed || channel.senders == 0
    }

    /// Returns whether no message is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many messages are there.
    pub fn len(&self) -> usize {
        self.channel.borrow().messages.len()
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.close();
        let mut channel = self.channel.borrow_mut();
        let messages = std::mem::take(&mut channel.messages);
        let waker = channel.receiver.take();
        drop(channel);
        drop(messages);
        drop(waker);
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
