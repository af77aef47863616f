//! Exercise `channels/channel`: a channel with many senders, one receiver, and room for a
//! fixed number of messages. It is for the tasks of one thread.
//!
//! Your `Notify` wakes the tasks. A notification is only a hint: a task that was notified
//! must look again.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::notify::Notify;

struct Channel<T> {
    /// The oldest message is at the front.
    messages: RefCell<VecDeque<T>>,
    capacity: usize,
    senders: Cell<usize>,
    /// The receiver was dropped.
    closed: Cell<bool>,
    /// Notifies the receiver: there is a message, or the last sender is gone.
    news: Notify,
    /// Notifies senders: there is room, or the receiver is gone.
    room: Notify,
}

/// Makes a channel with room for `capacity` messages.
///
/// # Panics
///
/// If `capacity` is zero.
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel needs room for a message");
    let channel = Rc::new(Channel {
        messages: RefCell::default(),
        capacity,
        senders: Cell::new(1),
        closed: Cell::new(false),
        news: Notify::new(),
        room: Notify::new(),
    });
    (Sender { channel: Rc::clone(&channel) }, Receiver { channel })
}

/// The receiver was dropped. This is the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// Sends messages. Its clones send into the same channel.
pub struct Sender<T> {
    channel: Rc<Channel<T>>,
}

impl<T> Sender<T> {
    /// Waits until there is room, and then sends the message.
    ///
    /// # Errors
    ///
    /// The message, if the receiver was dropped.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        // hole: begin
        let channel = &self.channel;
        loop {
            if channel.closed.get() {
                return Err(SendError(message));
            }
            if channel.messages.borrow().len() < channel.capacity {
                channel.messages.borrow_mut().push_back(message);
                channel.news.notify_one();
                return Ok(());
            }
            channel.room.notified().await;
        }
        // hole: instead
        //| std::future::ready(()).await;
        //| let _ = (&self.channel.closed, self.channel.capacity, message, SendError::<T>);
        //| todo!("wait until there is room, and then send the message")
        // hole: end
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        self.channel.senders.set(self.channel.senders.get() + 1);
        Sender { channel: Rc::clone(&self.channel) }
    }
}

impl<T> Drop for Sender<T> {
    /// The receiver must hear that the last sender is gone.
    fn drop(&mut self) {
        self.channel.senders.set(self.channel.senders.get() - 1);
        // hole: begin
        if self.channel.senders.get() == 0 {
            self.channel.news.notify_one();
        }
        // hole: instead
        // hole: end
    }
}

/// Receives the messages in the order in which they were sent.
pub struct Receiver<T> {
    channel: Rc<Channel<T>>,
}

impl<T> Receiver<T> {
    /// Waits for the next message. `None` means that all senders are gone, and all messages
    /// were received.
    ///
    /// Cancel safe: it takes a message only in the poll that returns it.
    pub async fn recv(&mut self) -> Option<T> {
        // hole: begin
        let channel = &self.channel;
        loop {
            let message = channel.messages.borrow_mut().pop_front();
            if message.is_some() {
                channel.room.notify_one();
                return message;
            }
            if channel.senders.get() == 0 {
                return None;
            }
            channel.news.notified().await;
        }
        // hole: instead
        //| std::future::ready(()).await;
        //| let _ = (&self.channel.messages, &self.channel.news, &self.channel.room);
        //| todo!("take the oldest message, or wait for one")
        // hole: end
    }

    /// How many messages wait in the channel.
    pub fn len(&self) -> usize {
        self.channel.messages.borrow().len()
    }

    /// Whether no message waits in the channel.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Drop for Receiver<T> {
    /// Closes the channel and drops its messages. Every waiting sender must hear of it.
    fn drop(&mut self) {
        self.channel.closed.set(true);
        // hole: begin
        // A destructor may use the channel, so the queue is not borrowed here.
        let messages = self.channel.messages.take();
        drop(messages);
        self.channel.room.notify_waiters();
        // hole: instead
        // hole: end
    }
}
