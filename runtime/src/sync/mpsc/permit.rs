//! Room that has been reserved in a channel.

use super::{
    bounded::{Bounded, Sender},
    channel::Channel,
};
use std::{fmt, iter::FusedIterator};

/// Room for one message, from [`Sender::reserve`]. Dropped unused, it gives
/// the room back.
#[must_use = "room is given back as soon as the permit is dropped"]
pub struct Permit<'a, T> {
    channel: &'a Channel<T, Bounded>,
}

impl<'a, T> Permit<'a, T> {
    pub(super) fn new(channel: &'a Channel<T, Bounded>) -> Self {
        Self { channel }
    }

    /// Sends the message. Never waits; a message sent to a receiver that has
    /// been dropped meanwhile is dropped with the channel.
    pub fn send(self, message: T) {
        let channel = self.channel;
        // The room is the message's now.
        std::mem::forget(self);
        channel.queue.push(message);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.channel.unreserve(1);
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Room for several messages, from [`Sender::reserve_many`], given out one
/// [`Permit`] at a time. Dropped, it gives back what is left.
#[must_use = "room is given back as soon as the permits are dropped"]
pub struct PermitIterator<'a, T> {
    channel: &'a Channel<T, Bounded>,
    left: usize,
}

impl<'a, T> PermitIterator<'a, T> {
    pub(super) fn new(channel: &'a Channel<T, Bounded>, permits: usize) -> Self {
        Self {
            channel,
            left: permits,
        }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Permit<'a, T>> {
        self.left = self.left.checked_sub(1)?;
        Some(Permit::new(self.channel))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.left > 0 {
            self.channel.unreserve(self.left);
        }
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// Room for one message, and the sender that it will be sent with, from
/// [`Sender::reserve_owned`]. Dropped unused, it gives the room back.
#[must_use = "room is given back as soon as the permit is dropped"]
pub struct OwnedPermit<T> {
    /// `None` once it has been used or given back.
    sender: Option<Sender<T>>,
}

impl<T> OwnedPermit<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        let sender = Some(sender);
        Self { sender }
    }

    fn into_sender(mut self) -> Sender<T> {
        self.sender.take().expect("neither used nor given back")
    }

    /// Sends the message, and returns the sender. Never waits.
    pub fn send(self, message: T) -> Sender<T> {
        let sender = self.into_sender();
        sender.tx().queue.push(message);
        sender
    }

    /// Gives the room back, and returns the sender.
    pub fn release(self) -> Sender<T> {
        let sender = self.into_sender();
        sender.tx().unreserve(1);
        sender
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.tx().unreserve(1);
        }
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}
