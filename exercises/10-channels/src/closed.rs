//! Exercise `channels/closed`: repair a channel whose tasks sleep for ever after `close`.
//!
//! The channel is for one thread. A permit is room for one message.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

struct Channel<T> {
    messages: RefCell<VecDeque<T>>,
    capacity: usize,
    /// Permits that no task and no message owns.
    free: Cell<usize>,
    closed: Cell<bool>,
    /// The senders that wait for a permit.
    waiting: RefCell<VecDeque<Rc<Waiter>>>,
    /// Wakes the receiver.
    receiver: RefCell<Option<Waker>>,
}

#[derive(Default)]
struct Waiter {
    /// The waiter owns a permit.
    granted: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// The channel was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// Makes a channel with room for `capacity` messages.
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let channel = Rc::new(Channel {
        messages: RefCell::default(),
        capacity,
        free: Cell::new(capacity),
        closed: Cell::new(false),
        waiting: RefCell::default(),
        receiver: RefCell::default(),
    });
    (Sender { channel: Rc::clone(&channel) }, Receiver { channel })
}

impl<T> Channel<T> {
    /// Gives one permit back, to the sender that has waited longest.
    fn give_back(&self) {
        let next = self.waiting.borrow_mut().pop_front();
        match next {
            Some(next) => {
                next.granted.set(true);
                wake(&next.waker);
            }
            None => self.free.set(self.free.get() + 1),
        }
    }

    /// The channel is closed, and all permits are free.
    fn is_over(&self) -> bool {
        self.closed.get() && self.free.get() == self.capacity
    }
}

/// Takes the waker out, and then wakes it.
fn wake(waker: &RefCell<Option<Waker>>) {
    let waker = waker.take();
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Reserves room for messages.
pub struct Sender<T> {
    channel: Rc<Channel<T>>,
}

impl<T> Sender<T> {
    /// Waits for room for one message.
    pub fn reserve(&self) -> Reserve<'_, T> {
        Reserve { channel: &self.channel, waiter: None }
    }
}

/// The future of [`Sender::reserve`].
pub struct Reserve<'c, T> {
    channel: &'c Channel<T>,
    /// Its entry in the queue, if it waits or has waited.
    waiter: Option<Rc<Waiter>>,
}

impl<'c, T> Future for Reserve<'c, T> {
    type Output = Result<Permit<'c, T>, Closed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let channel = self.channel;
        // Cloning a waker runs foreign code, which may give a permit back.
        let waker = cx.waker().clone();
        if self.waiter.as_ref().is_some_and(|waiter| waiter.granted.get()) {
            self.waiter = None;
            return Poll::Ready(Ok(Permit { channel }));
        }
        if channel.closed.get() {
            return Poll::Ready(Err(Closed));
        }
        if self.waiter.is_none() && channel.free.get() > 0 {
            channel.free.set(channel.free.get() - 1);
            return Poll::Ready(Ok(Permit { channel }));
        }
        let waiter = self.waiter.get_or_insert_with(|| {
            let waiter = Rc::<Waiter>::default();
            channel.waiting.borrow_mut().push_back(Rc::clone(&waiter));
            waiter
        });
        let old = waiter.waker.replace(Some(waker));
        drop(old);
        Poll::Pending
    }
}

impl<T> Drop for Reserve<'_, T> {
    fn drop(&mut self) {
        let Some(waiter) = self.waiter.take() else { return };
        if waiter.granted.get() {
            self.channel.free.set(self.channel.free.get() + 1);
            return;
        }
        self.channel.waiting.borrow_mut().retain(|other| !Rc::ptr_eq(other, &waiter));
    }
}

/// Room for one message. If it is dropped without a message, it gives the room back.
pub struct Permit<'c, T> {
    channel: &'c Channel<T>,
}

impl<T> Permit<'_, T> {
    /// Sends a message, also if the channel was closed in the meantime.
    pub fn send(self, message: T) {
        let channel = self.channel;
        // The message owns the permit now.
        std::mem::forget(self);
        channel.messages.borrow_mut().push_back(message);
        wake(&channel.receiver);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.channel.give_back();
    }
}

/// Receives the messages.
pub struct Receiver<T> {
    channel: Rc<Channel<T>>,
}

impl<T> Receiver<T> {
    /// Waits for the next message. `None` means that no message will come any more.
    pub async fn recv(&mut self) -> Option<T> {
        let channel = &self.channel;
        poll_fn(|cx| {
            let waker = cx.waker().clone();
            let message = channel.messages.borrow_mut().pop_front();
            if message.is_some() {
                channel.give_back();
                return Poll::Ready(message);
            }
            if channel.is_over() {
                return Poll::Ready(None);
            }
            let old = channel.receiver.replace(Some(waker));
            drop(old);
            Poll::Pending
        })
        .await
    }

    /// Closes the channel. Waiting and new reservations get an error. Messages that were
    /// sent, or that have a permit, can still be received.
    pub fn close(&mut self) {
        self.channel.closed.set(true);
        self.channel.waiting.borrow_mut().clear();
    }
}
