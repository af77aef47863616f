//! Channels with room for so many messages.

use super::{
    channel::{self, Channel, Limit, Rx, Tx},
    error::{SendError, SendTimeoutError, TryRecvError, TrySendError},
    permit::{OwnedPermit, Permit, PermitIterator},
};
use crate::{
    executor::park_thread,
    primitives::Arc,
    sync::permits::{Permits, Refused},
    trace::Label,
};
use std::{
    fmt,
    future::poll_fn,
    mem,
    task::{Context, Poll},
    time::Duration,
};

/// A permit for each message that there is room for.
pub(super) struct Bounded {
    pub(super) permits: Permits,
    capacity: usize,
}

impl Limit for Bounded {
    fn received(&self, messages: usize) {
        self.permits.release(messages);
    }

    fn close(&self) {
        self.permits.close();
    }

    fn is_idle(&self) -> bool {
        self.permits.available() == self.capacity
    }
}

impl<T> Channel<T, Bounded> {
    /// Gives back room that was reserved and not used.
    pub(super) fn unreserve(&self, permits: usize) {
        self.limit.permits.release(permits);
        self.nudge_if_closed();
    }

    /// Permits have come back without a message. A closed receiver may have
    /// waited for exactly that.
    fn nudge_if_closed(&self) {
        if self.limit.permits.is_closed() {
            self.queue.nudge();
        }
    }
}

/// Dropped, this says that a wait for permits was dropped, which perhaps had them
/// already. They are back by then, because the wait is dropped before this.
struct Cancelled<'a, T>(&'a Channel<T, Bounded>);

impl<T> Drop for Cancelled<'_, T> {
    fn drop(&mut self) {
        self.0.nudge_if_closed();
    }
}

/// A channel with room for `capacity` messages.
///
/// # Panics
/// If `capacity` is 0, or above [`Semaphore::MAX_PERMITS`](crate::sync::Semaphore::MAX_PERMITS).
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel has room for at least one message");
    let permits = Permits::new(capacity, Label::new("mpsc send"));
    let (tx, rx) = channel::channel(Bounded { permits, capacity });
    (Sender { tx }, Receiver { rx })
}

/// Sends to a [`Receiver`]; one of any number, made by `clone`.
pub struct Sender<T> {
    tx: Tx<T, Bounded>,
}

impl<T> Sender<T> {
    /// Waits for room, and sends. A few atomic exchanges when there is room
    /// and nobody waits; no allocation but a block for every 31 messages.
    ///
    /// # Errors
    /// Gives the message back if the receiver is dropped or closed, before or
    /// during the wait.
    ///
    /// # Cancel safety
    /// Dropped, it sends nothing, and the message goes with it; its turn is
    /// lost. [`reserve`](Self::reserve) keeps the message out of the wait.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        // As in `acquire`, without another future around this one.
        let cancelled = Cancelled(self.tx.channel());
        let acquired = self.tx.limit.permits.acquire(1).await;
        mem::forget(cancelled);
        match acquired {
            Ok(()) => self.tx.queue.push(message),
            Err(_) => return Err(SendError(message)),
        }
        Ok(())
    }

    /// [`send`](Self::send) on a thread that runs no tasks.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_send(&self, message: T) -> Result<(), SendError<T>> {
        park_thread::block_on(self.send(message))
    }

    /// Sends if there is room now.
    ///
    /// # Errors
    /// Gives the message back if there is none, or if the receiver is dropped
    /// or closed.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self.tx.limit.permits.try_acquire(1) {
            Ok(()) => self.tx.queue.push(message),
            Err(Refused::Busy) => return Err(TrySendError::Full(message)),
            Err(Refused::Closed) => return Err(TrySendError::Closed(message)),
        }
        Ok(())
    }

    /// Waits for room for so long at most, and sends.
    ///
    /// # Errors
    /// Gives the message back if there was no room in time, or if the receiver
    /// is dropped or closed.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// As [`send`](Self::send).
    pub async fn send_timeout(
        &self,
        message: T,
        limit: Duration,
    ) -> Result<(), SendTimeoutError<T>> {
        match crate::time::timeout(limit, self.reserve()).await {
            Ok(Ok(permit)) => permit.send(message),
            Ok(Err(_)) => return Err(SendTimeoutError::Closed(message)),
            Err(_) => return Err(SendTimeoutError::Timeout(message)),
        }
        Ok(())
    }

    /// Waits for room for one message, and keeps it.
    ///
    /// # Errors
    /// If the receiver is dropped or closed, before or during the wait.
    ///
    /// # Cancel safety
    /// Dropped, it gives its place up, and the room that it had been given to
    /// the next.
    ///
    /// ```
    /// # let runtime = wakeful::Runtime::new()?;
    /// # runtime.block_on(async {
    /// let (sender, mut receiver) = wakeful::sync::mpsc::channel(1);
    /// let permit = sender.reserve().await.expect("the receiver is there");
    /// assert!(sender.try_send("no room").is_err());
    /// permit.send("made at the last moment");
    /// assert_eq!(receiver.recv().await, Some("made at the last moment"));
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
        self.acquire(1).await?;
        Ok(Permit::new(&self.tx))
    }

    /// Waits for room for so many messages at once, and keeps it.
    ///
    /// # Errors
    /// If the receiver is dropped or closed, or if the channel never has room
    /// for as many.
    ///
    /// # Cancel safety
    /// As [`reserve`](Self::reserve).
    pub async fn reserve_many(
        &self,
        messages: usize,
    ) -> Result<PermitIterator<'_, T>, SendError<()>> {
        if messages > self.max_capacity() {
            return Err(SendError(()));
        }
        self.acquire(messages).await?;
        Ok(PermitIterator::new(&self.tx, messages))
    }

    /// As [`reserve`](Self::reserve), with a permit that the sender becomes.
    ///
    /// # Errors, cancel safety
    /// As [`reserve`](Self::reserve); the sender is dropped.
    pub async fn reserve_owned(self) -> Result<OwnedPermit<T>, SendError<()>> {
        self.acquire(1).await?;
        Ok(OwnedPermit::new(self))
    }

    async fn acquire(&self, permits: usize) -> Result<(), SendError<()>> {
        let cancelled = Cancelled(self.tx.channel());
        let acquired = self.tx.limit.permits.acquire(permits).await;
        mem::forget(cancelled);
        acquired.map_err(|_| SendError(()))
    }

    /// Keeps room for one message, if there is some now.
    ///
    /// # Errors
    /// If there is none, or if the receiver is dropped or closed.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_acquire(1)?;
        Ok(Permit::new(&self.tx))
    }

    /// Keeps room for so many messages, if there is as much now.
    ///
    /// # Errors
    /// If there is not, or if the receiver is dropped or closed.
    pub fn try_reserve_many(
        &self,
        messages: usize,
    ) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        self.try_acquire(messages)?;
        Ok(PermitIterator::new(&self.tx, messages))
    }

    /// As [`try_reserve`](Self::try_reserve), with a permit that the sender
    /// becomes.
    ///
    /// # Errors
    /// As [`try_reserve`](Self::try_reserve), with the sender.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.try_acquire(1) {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(self)),
        }
    }

    fn try_acquire(&self, permits: usize) -> Result<(), TrySendError<()>> {
        let acquired = self.tx.limit.permits.try_acquire(permits);
        acquired.map_err(|refused| match refused {
            Refused::Busy => TrySendError::Full(()),
            Refused::Closed => TrySendError::Closed(()),
        })
    }

    /// Waits until the receiver is dropped or closed.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn closed(&self) {
        self.tx.closed().await;
    }

    /// Whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        // The permits are closed before the queue: a send that fails because of
        // that must find this true.
        self.tx.limit.permits.is_closed()
    }

    /// Whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.tx.channel(), other.tx.channel())
    }

    /// For how many messages there is room now, not counting what is reserved.
    pub fn capacity(&self) -> usize {
        self.tx.limit.permits.available()
    }

    /// For how many messages there is room when the channel is empty.
    pub fn max_capacity(&self) -> usize {
        self.tx.limit.capacity
    }

    /// A sender that does not keep the channel open.
    #[must_use = "a weak sender is for keeping"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender {
            channel: Arc::clone(self.tx.channel()),
        }
    }

    /// How many senders there are.
    pub fn strong_count(&self) -> usize {
        self.tx.senders()
    }

    pub(super) fn tx(&self) -> &Tx<T, Bounded> {
        &self.tx
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self {
            tx: self.tx.clone(),
        }
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

/// A sender that does not keep the channel open: the receiver's
/// [`recv`](Receiver::recv) does not wait for it.
pub struct WeakSender<T> {
    channel: Arc<Channel<T, Bounded>>,
}

impl<T> WeakSender<T> {
    /// A sender, if there is still one.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        let tx = channel::upgrade(&self.channel)?;
        Some(Sender { tx })
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self {
            channel: Arc::clone(&self.channel),
        }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

/// Receives what the [`Sender`]s send, in the order in which they did.
pub struct Receiver<T> {
    rx: Rx<T, Bounded>,
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
        self.rx.poll_recv(context)
    }

    /// Waits for the next message, and appends it and those behind it to
    /// `buffer`, up to `limit`. Returns how many there were: 0 when nothing
    /// will come any more, or if `limit` is 0.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        poll_fn(|context| self.poll_recv_many(context, buffer, limit)).await
    }

    /// [`recv_many`](Self::recv_many), one poll of it.
    pub fn poll_recv_many(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        self.rx.poll_recv_many(context, buffer, limit)
    }

    /// [`recv`](Self::recv) on a thread that runs no tasks.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        park_thread::block_on(self.recv())
    }

    /// The next message, if it is there. A message that was sent before this
    /// call is found, even if another thread is in the middle of sending one
    /// that comes first: that one is waited for, without going to sleep.
    ///
    /// # Errors
    /// If none is there now, or none ever will be.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.rx.try_recv()
    }

    /// Lets no more messages in. What has been sent can still be received, and
    /// those who hold a permit can still use it.
    pub fn close(&mut self) {
        self.rx.close();
    }

    /// Whether no more messages are let in.
    pub fn is_closed(&self) -> bool {
        self.rx.is_closed()
    }

    /// Whether no message is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many messages are there.
    pub fn len(&self) -> usize {
        self.rx.len()
    }

    /// For how many messages there is room now, not counting what is reserved.
    pub fn capacity(&self) -> usize {
        self.rx.channel().limit.permits.available()
    }

    /// For how many messages there is room when the channel is empty.
    pub fn max_capacity(&self) -> usize {
        self.rx.channel().limit.capacity
    }

    /// How many senders there are.
    pub fn sender_strong_count(&self) -> usize {
        self.rx.channel().senders()
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
