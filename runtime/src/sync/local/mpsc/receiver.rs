//! The side that receives.

#[cfg(doc)]
use super::Sender;
use super::{Channel, Got, wake};
use crate::{budget, sync::mpsc::error::TryRecvError, trace};
use std::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, ready},
};

/// Receives what the [`Sender`]s send, in the order in which they did.
pub struct Receiver<T> {
    pub(super) channel: Rc<RefCell<Channel<T>>>,
}

impl<T> Receiver<T> {
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
        ready!(budget::poll_proceed(context));
        let message = self.look(context);
        let place = Rc::as_ptr(&self.channel).addr();
        trace::note_label(&message, place, || self.channel.borrow().to_receive);
        let message = ready!(message);
        budget::spend();
        Poll::Ready(message)
    }

    fn look(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        let mut clone = None;
        loop {
            match self.try_recv() {
                Ok(message) => return Poll::Ready(Some(message)),
                Err(TryRecvError::Disconnected) => return Poll::Ready(None),
                Err(TryRecvError::Empty) => {}
            }
            let mut channel = self.channel.borrow_mut();
            let known = channel.receiver.as_ref();
            if known.is_some_and(|known| known.will_wake(context.waker())) {
                return Poll::Pending;
            }
            let Some(waker) = clone.take() else {
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

    /// The next message, if it is there.
    ///
    /// # Errors
    /// If none is there now, or none ever will be.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let mut channel = self.channel.borrow_mut();
        let Some(message) = channel.messages.pop_front() else {
            return Err(if channel.is_over() {
                TryRecvError::Disconnected
            } else {
                TryRecvError::Empty
            });
        };
        let next = channel.make_room();
        drop(channel);
        wake(next);
        Ok(message)
    }

    /// Lets no more messages in. What has been sent can still be received.
    pub fn close(&mut self) {
        self.channel.borrow_mut().closed = true;
        loop {
            let mut channel = self.channel.borrow_mut();
            if channel.waiting.first().is_none() {
                return;
            }
            let refused = channel.waiting.release_first(Got::Closed);
            drop(channel);
            wake(refused);
        }
    }

    /// Whether no more messages are let in.
    pub fn is_closed(&self) -> bool {
        let channel = self.channel.borrow();
        channel.closed || channel.senders == 0
    }

    /// Whether no message is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many messages are there.
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
