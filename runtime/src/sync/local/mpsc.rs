//! Many values to one task, on one thread. It does what
//! [`sync::mpsc`](crate::sync::mpsc) does, with a plain queue.
//!
//! ```
//! use wakeful::sync::local::mpsc;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (sender, mut receiver) = mpsc::channel(1);
//!     wakeful::spawn_local(async move {
//!         for number in 0..3 {
//!             sender.send(number).await.expect("somebody listens");
//!         }
//!     });
//!     let mut received = Vec::new();
//!     while let Some(number) = receiver.recv().await {
//!         received.push(number);
//!     }
//!     assert_eq!(received, [0, 1, 2]);
//! });
//! # Ok::<(), std::io::Error>(())
//! ```

mod receiver;

pub use receiver::Receiver;

use super::wait_list::{Key, WaitList};
use crate::{
    budget,
    sync::mpsc::error,
    trace::{self, Label},
    unwind,
};
use error::{SendError, TrySendError};
use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt,
    future::poll_fn,
    ptr,
    rc::Rc,
    task::{Context, Poll, Waker, ready},
};

/// What is behind the `RefCell` is borrowed for moments in which no stranger's
/// code runs: wakers and messages are dropped, and wakers woken, afterwards.
struct Channel<T> {
    messages: VecDeque<T>,
    size: usize,
    /// Room that is neither used nor given to one of those who wait.
    room: usize,
    waiting: WaitList<Got>,
    receiver: Option<Waker>,
    senders: usize,
    closed: bool,
    to_send: Label,
    to_receive: Label,
}

/// What a sender that waited got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Got {
    Nothing,
    Room,
    Closed,
}

impl<T> Channel<T> {
    #[cfg_attr(feature = "trace", track_caller)]
    fn new(capacity: usize) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            messages: VecDeque::new(),
            size: capacity,
            room: capacity,
            waiting: WaitList::new(),
            receiver: None,
            senders: 1,
            closed: false,
            to_send: Label::new("local mpsc send"),
            to_receive: Label::new("local mpsc receive"),
        }))
    }

    /// Takes room, if there is some and nobody waits for it.
    fn take_room(&mut self) -> Got {
        if self.closed {
            Got::Closed
        } else if self.room > 0 {
            self.room -= 1;
            Got::Room
        } else {
            Got::Nothing
        }
    }

    /// Puts a message where there is room. The receiver's waker is the
    /// caller's to wake.
    #[must_use]
    fn push(&mut self, message: T) -> Option<Waker> {
        self.messages.push_back(message);
        self.receiver.take()
    }

    /// Room for one message more, for who waits first or for who comes. Whose
    /// waker that is, is the caller's to wake.
    #[must_use]
    fn make_room(&mut self) -> Option<Waker> {
        if self.waiting.first().is_none() {
            self.room += 1;
            return None;
        }
        self.waiting.release_first(Got::Room)
    }

    fn is_over(&self) -> bool {
        self.senders == 0 || self.closed && self.room + self.messages.len() >= self.size
    }
}

/// A channel with room for `capacity` messages.
///
/// # Panics
/// If `capacity` is 0.
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel has room for at least one message");
    let channel = Channel::new(capacity);
    let sender = Sender {
        channel: Rc::clone(&channel),
    };
    (sender, Receiver { channel })
}

/// A channel that takes everything at once.
#[cfg_attr(feature = "trace", track_caller)]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, Receiver<T>) {
    let (sender, receiver) = channel(usize::MAX);
    (UnboundedSender { sender }, receiver)
}

/// Sends to a [`Receiver`] of its thread; one of any number, made by `clone`.
pub struct Sender<T> {
    channel: Rc<RefCell<Channel<T>>>,
}

impl<T> Sender<T> {
    /// Waits for room, and sends. First come first served.
    ///
    /// # Errors
    /// Gives the message back if the receiver is dropped or closed, before or
    /// during the wait.
    ///
    /// # Cancel safety
    /// Dropped, it sends nothing, and the message goes with it; its turn goes
    /// to the next.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        let mut wait = Wait {
            channel: &self.channel,
            key: None,
        };
        if let Got::Closed = poll_fn(|context| wait.poll(context)).await {
            return Err(SendError(message));
        }
        let waker = self.channel.borrow_mut().push(message);
        wake(waker);
        Ok(())
    }

    /// Sends if there is room now.
    ///
    /// # Errors
    /// Gives the message back if there is none, or if the receiver is dropped
    /// or closed.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let mut channel = self.channel.borrow_mut();
        match channel.take_room() {
            Got::Closed => return Err(TrySendError::Closed(message)),
            Got::Nothing => return Err(TrySendError::Full(message)),
            Got::Room => {}
        }
        let waker = channel.push(message);
        drop(channel);
        wake(waker);
        Ok(())
    }

    /// Whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.channel.borrow().closed
    }

    /// Whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.channel, &other.channel)
    }

    /// For how many messages there is room now.
    pub fn capacity(&self) -> usize {
        self.channel.borrow().room
    }

    /// For how many messages there is room when the channel is empty.
    pub fn max_capacity(&self) -> usize {
        self.channel.borrow().size
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

/// Sends to a [`Receiver`] of its thread, without a limit.
pub struct UnboundedSender<T> {
    sender: Sender<T>,
}

impl<T> UnboundedSender<T> {
    /// Sends. Never waits.
    ///
    /// # Errors
    /// Gives the message back if the receiver is dropped or closed.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let sent = self.sender.try_send(message);
        sent.map_err(|error| SendError(error.into_inner()))
    }

    /// Whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Whether both send to the same receiver.
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

/// A sender's wait for room.
struct Wait<'a, T> {
    channel: &'a RefCell<Channel<T>>,
    key: Option<Key>,
}

impl<T> Wait<'_, T> {
    fn poll(&mut self, context: &Context<'_>) -> Poll<Got> {
        ready!(budget::poll_proceed(context));
        let got = self.look(context);
        let place = ptr::from_ref(self.channel).addr() + 1;
        trace::note_label(&got, place, || self.channel.borrow().to_send);
        let got = ready!(got);
        budget::spend();
        Poll::Ready(got)
    }

    fn look(&mut self, context: &Context<'_>) -> Poll<Got> {
        let mut clone = None;
        loop {
            let mut channel = self.channel.borrow_mut();
            let got = match &self.key {
                Some(key) => channel.waiting.released(key).unwrap_or(Got::Nothing),
                None => channel.take_room(),
            };
            if got != Got::Nothing {
                if let Some(key) = self.key.take() {
                    // Its waker is gone since its release.
                    channel.waiting.remove(&key);
                }
                return Poll::Ready(got);
            }
            if let Some(key) = &self.key
                && channel.waiting.knows(key, context.waker())
            {
                return Poll::Pending;
            }
            let Some(waker) = clone.take() else {
                // A waker's clone is a stranger's code: with nothing borrowed,
                // and then one looks again.
                drop(channel);
                clone = Some(context.waker().clone());
                continue;
            };
            let old = channel.waiting.wait(&mut self.key, Got::Nothing, waker);
            drop(channel);
            drop(old);
            return Poll::Pending;
        }
    }
}

impl<T> Drop for Wait<'_, T> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let mut channel = self.channel.borrow_mut();
        let (got, own) = channel.waiting.remove(&key);
        let mut next = None;
        if got == Some(Got::Room) {
            next = channel.make_room();
            if channel.closed && channel.is_over() {
                next = next.or_else(|| channel.receiver.take());
            }
        }
        drop(channel);
        drop(own);
        wake(next);
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        unwind::wake(waker);
    }
}
