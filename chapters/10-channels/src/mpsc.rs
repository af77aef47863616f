// ANCHOR: head
//! A channel with many senders, one receiver, and room for a fixed number of messages.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use crate::lock::Lock;
use crate::semaphore::{Closed, Semaphore};
// ANCHOR_END: head

// ANCHOR: channel
/// What the senders and the receiver share.
struct Channel<T> {
    /// A permit is room for one message. A message keeps its permit until it is
    /// received.
    room: Semaphore,
    capacity: usize,
    queue: Lock<Queue<T>>,
}

struct Queue<T> {
    /// The oldest message is at the front.
    messages: VecDeque<T>,
    senders: usize,
    /// The receiver's waker, if it waits.
    receiver: Option<Waker>,
}

/// Makes a channel with room for `capacity` messages.
///
/// # Panics
///
/// If `capacity` is zero.
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel needs room for a message");
    let queue = Queue { messages: VecDeque::new(), senders: 1, receiver: None };
    let (room, queue) = (Semaphore::new(capacity), Lock::new(queue));
    let channel = Arc::new(Channel { room, capacity, queue });
    (Sender { channel: Arc::clone(&channel) }, Receiver { channel })
}
// ANCHOR_END: channel

// ANCHOR: send
/// Sends messages. Its clones send into the same channel.
pub struct Sender<T> {
    channel: Arc<Channel<T>>,
}

impl<T> Sender<T> {
    /// Waits until there is room, and then sends the message.
    ///
    /// Not cancel safe: if the future is dropped, the message is dropped with it. Use
    /// [`reserve`](Sender::reserve) if you must keep it.
    ///
    /// # Errors
    ///
    /// The message, if the channel is closed.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        match self.reserve().await {
            Ok(permit) => {
                permit.send(message);
                Ok(())
            }
            Err(Closed) => Err(SendError(message)),
        }
    }
    // ANCHOR_END: send

    // ANCHOR: try_send
    /// Sends the message if there is room now.
    ///
    /// # Errors
    ///
    /// The message, if the channel is full or closed.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self.channel.room.try_acquire() {
            Some(permit) => {
                permit.forget();
                self.channel.push(message);
                Ok(())
            }
            None if self.is_closed() => Err(TrySendError::Closed(message)),
            None => Err(TrySendError::Full(message)),
        }
    }
}

// ANCHOR_END: try_send

// ANCHOR: push
impl<T> Channel<T> {
    /// Adds a message, which owns a permit already.
    fn push(&self, message: T) {
        let mut queue = self.queue.lock();
        queue.messages.push_back(message);
        let receiver = queue.receiver.take();
        drop(queue);
        if let Some(receiver) = receiver {
            receiver.wake();
        }
    }
}
// ANCHOR_END: push

// ANCHOR: reserve
impl<T> Sender<T> {
    /// Waits until there is room for one message. Senders get room in the order of
    /// their first polls.
    ///
    /// Cancel safe. The sender then loses its place in the list.
    ///
    /// # Errors
    ///
    /// [`Closed`], if the channel is closed.
    pub async fn reserve(&self) -> Result<Permit<'_, T>, Closed> {
        // This is dropped after the future of `acquire`, which may give a permit back.
        let _at_the_end = WakeIfOver(&self.channel);
        self.channel.room.acquire().await?.forget();
        Ok(Permit { channel: &self.channel })
    }
}

// ANCHOR_END: reserve

// ANCHOR: permit
/// Room for one message. If it is dropped without a message, it gives the room back.
pub struct Permit<'c, T> {
    channel: &'c Channel<T>,
}

impl<T> Permit<'_, T> {
    /// Sends a message. Never waits, also if the channel was closed in the meantime.
    ///
    /// If the receiver was dropped, the message is dropped with the channel.
    pub fn send(self, message: T) {
        let channel = self.channel;
        // The message owns the permit now.
        mem::forget(self);
        channel.push(message);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.channel.room.add_permit();
        drop(WakeIfOver(self.channel));
    }
}
// ANCHOR_END: permit

// ANCHOR: over
impl<T> Channel<T> {
    /// The channel is closed, and no message can come any more: all permits are free.
    fn is_over(&self) -> bool {
        self.room.is_closed() && self.room.available() == self.capacity
    }
}
// ANCHOR_END: over

// ANCHOR: wake_if_over
impl<T> Channel<T> {
    fn wake_receiver(&self) {
        let receiver = self.queue.lock().receiver.take();
        if let Some(receiver) = receiver {
            receiver.wake();
        }
    }
}

/// A permit may have been given back. If it was the last one of a closed channel, the
/// receiver must hear of it.
struct WakeIfOver<'c, T>(&'c Channel<T>);

impl<T> Drop for WakeIfOver<'_, T> {
    fn drop(&mut self) {
        if self.0.is_over() {
            self.0.wake_receiver();
        }
    }
}
// ANCHOR_END: wake_if_over

// ANCHOR: receiver
/// Receives the messages in the order in which they were sent.
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
}

impl<T> Receiver<T> {
    /// Waits for the next message. `None` means that no message will come any more.
    ///
    /// Cancel safe: it takes a message only in the poll that returns it.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// One poll of [`recv`](Receiver::recv). The channel keeps the waker of the last
    /// poll.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let waker = cx.waker().clone();
        let mut queue = self.channel.queue.lock();
        if let Some(message) = queue.messages.pop_front() {
            drop(queue);
            self.channel.room.add_permit();
            return Poll::Ready(Some(message));
        }
        if queue.senders == 0 {
            return Poll::Ready(None);
        }
        // Register, then check.
        let old = queue.receiver.replace(waker);
        drop(queue);
        drop(old);
        if self.channel.is_over() { Poll::Ready(None) } else { Poll::Pending }
    }
}
// ANCHOR_END: receiver

// ANCHOR: stream
impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv(cx)
    }
}
// ANCHOR_END: stream

// ANCHOR: close
impl<T> Receiver<T> {
    /// Closes the channel. Messages that were sent, or that have a permit, can still be
    /// received.
    pub fn close(&mut self) {
        self.channel.room.close();
    }
}

impl<T> Drop for Receiver<T> {
    /// Closes the channel, and drops its messages and the waker.
    fn drop(&mut self) {
        self.close();
        let mut queue = self.channel.queue.lock();
        let left = (mem::take(&mut queue.messages), queue.receiver.take());
        // Drop them without the lock: a destructor is foreign code.
        drop(queue);
        drop(left);
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut queue = self.channel.queue.lock();
        queue.senders -= 1;
        let last = queue.senders == 0;
        drop(queue);
        if last {
            self.channel.wake_receiver();
        }
    }
}
// ANCHOR_END: close

// ANCHOR: rest
impl<T> Sender<T> {
    /// Whether the receiver was dropped or has closed the channel.
    pub fn is_closed(&self) -> bool {
        self.channel.room.is_closed()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        self.channel.queue.lock().senders += 1;
        Sender { channel: Arc::clone(&self.channel) }
    }
}

/// The channel is closed. This is the message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// Why [`Sender::try_send`] did not send. Both contain the message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room now.
    Full(T),
    /// The channel is closed.
    Closed(T),
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed")
    }
}

impl<T> Error for SendError<T> {}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "Full(..)",
            TrySendError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "the channel is full",
            TrySendError::Closed(_) => "the channel is closed",
        })
    }
}

impl<T> Error for TrySendError<T> {}
// ANCHOR_END: rest
