//! Space that a sender has reserved in a bounded channel.

use super::{
    bounded::{Bounded, Sender},
    channel::MpscChannel,
};
use std::{fmt, iter::FusedIterator, mem};

/// Space for one message, from [`Sender::reserve`]. A permit that is dropped
/// unused gives the space back.
#[must_use = "the space is given back as soon as the permit is dropped"]
pub struct Permit<'a, T> {
    channel: &'a MpscChannel<T, Bounded>,
}

impl<'a, T> Permit<'a, T> {
    pub(super) fn new(channel: &'a MpscChannel<T, Bounded>) -> Self {
        Self { channel }
    }

    /// Sends the message. Never waits. If the receiver has been dropped since
    /// the reservation, the message is dropped with the channel.
    pub fn send(self, message: T) {
        let channel = self.channel;
        // The message has the permit now.
        mem::forget(self);
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

/// Space for several messages, from [`Sender::reserve_many`], as an iterator of
/// [`Permit`]s. Dropping the iterator gives the remaining space back.
#[must_use = "the space is given back as soon as the permits are dropped"]
pub struct PermitIterator<'a, T> {
    channel: &'a MpscChannel<T, Bounded>,
    remaining: usize,
}

impl<'a, T> PermitIterator<'a, T> {
    pub(super) fn new(channel: &'a MpscChannel<T, Bounded>, permits: usize) -> Self {
        Self {
            channel,
            remaining: permits,
        }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Permit<'a, T>> {
        self.remaining = self.remaining.checked_sub(1)?;
        Some(Permit::new(self.channel))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.remaining > 0 {
            self.channel.unreserve(self.remaining);
        }
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator")
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}

/// Space for one message and the sender to send it with, from
/// [`Sender::reserve_owned`]. A permit that is dropped unused gives the space
/// back.
#[must_use = "the space is given back as soon as the permit is dropped"]
pub struct OwnedPermit<T> {
    /// `None` once the permit has been used or released.
    sender: Option<Sender<T>>,
}

impl<T> OwnedPermit<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        let sender = Some(sender);
        Self { sender }
    }

    fn sender(&self) -> &Sender<T> {
        self.sender.as_ref().expect("only `into_sender` takes it")
    }

    fn into_sender(mut self) -> Sender<T> {
        self.sender.take().expect("only `into_sender` takes it")
    }

    /// Sends the message and returns the sender. Never waits.
    pub fn send(self, message: T) -> Sender<T> {
        let sender = self.into_sender();
        sender.tx().queue.push(message);
        sender
    }

    /// Gives the space back and returns the sender.
    pub fn release(self) -> Sender<T> {
        let sender = self.into_sender();
        sender.tx().unreserve(1);
        sender
    }

    /// Returns whether both permits are for the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.same_channel_as_sender(other.sender())
    }

    /// Returns whether the permit is for the channel of `sender`.
    ///
    /// ```
    /// use wakeful::sync::mpsc;
    ///
    /// let (sender, _receiver) = mpsc::channel::<u8>(1);
    /// let permit = sender.clone().try_reserve_owned().expect("it is empty");
    /// assert!(permit.same_channel_as_sender(&sender));
    /// ```
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.sender().same_channel(sender)
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
