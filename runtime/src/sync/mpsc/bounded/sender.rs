//! The sender of a bounded channel.

use super::{Bounded, CancelGuard};
#[cfg(doc)]
use crate::sync::mpsc::Receiver;
use crate::{
    executor::park_thread,
    sync::{
        mpsc::{
            channel::{Tx, WeakTx},
            error::{SendError, SendTimeoutError, TrySendError},
            permit::{OwnedPermit, Permit, PermitIterator},
        },
        raw_semaphore::{TryAcquireError, acquire},
    },
};
use std::{fmt, mem, time::Duration};

/// Sends to a [`Receiver`]. Clone it to have several senders.
pub struct Sender<T> {
    tx: Tx<T, Bounded>,
}

impl<T> Sender<T> {
    pub(super) fn new(tx: Tx<T, Bounded>) -> Self {
        Self { tx }
    }

    /// Waits until the channel has space, and sends.
    ///
    /// If there is space and no other sender waits, this takes a few atomic
    /// exchanges. It allocates one block for every 31 messages.
    ///
    /// # Errors
    /// Returns the message if the receiver is dropped or closed, before or
    /// during the wait.
    ///
    /// # Cancel safety
    /// A call that is dropped sends nothing, drops the message and loses its
    /// position in the queue. With [`reserve`](Self::reserve) the message stays
    /// out of the wait.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        // As in `acquire`, but without a future of its own.
        let guard = CancelGuard(&self.tx);
        let acquired = acquire!(self.tx.semaphore.semaphore, 1);
        mem::forget(guard);
        match acquired {
            Ok(()) => self.tx.queue.push(message),
            Err(_) => return Err(SendError(message)),
        }
        Ok(())
    }

    /// Blocks the thread until the channel has space, and sends. For threads
    /// that run no tasks.
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

    /// Sends if the channel has space now.
    ///
    /// # Errors
    /// Returns the message if the channel is full, or if the receiver is
    /// dropped or closed.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self.tx.semaphore.semaphore.try_acquire(1) {
            Ok(()) => self.tx.queue.push(message),
            Err(TryAcquireError::NoPermits) => return Err(TrySendError::Full(message)),
            Err(TryAcquireError::Closed) => return Err(TrySendError::Closed(message)),
        }
        Ok(())
    }

    /// Waits until the channel has space, but not longer than `limit`, and
    /// sends.
    ///
    /// # Errors
    /// Returns the message if the time is up, or if the receiver is dropped or
    /// closed.
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

    /// Waits until the channel has space for one message, and reserves it.
    ///
    /// # Errors
    /// If the receiver is dropped or closed, before or during the wait.
    ///
    /// # Cancel safety
    /// A call that is dropped loses its position in the queue. If it had been
    /// given the space already, the next sender gets it.
    ///
    /// ```
    /// # let runtime = wakeful::Runtime::new()?;
    /// # runtime.block_on(async {
    /// let (sender, mut receiver) = wakeful::sync::mpsc::channel(1);
    /// let permit = sender.reserve().await.expect("the receiver is there");
    /// assert!(sender.try_send("no space").is_err());
    /// permit.send("made at the last moment");
    /// assert_eq!(receiver.recv().await, Some("made at the last moment"));
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
        self.acquire(1).await?;
        Ok(Permit::new(&self.tx))
    }

    /// Waits until the channel has space for `messages` messages, and reserves
    /// it all at once.
    ///
    /// # Errors
    /// If the receiver is dropped or closed, or if `messages` is above
    /// [`max_capacity`](Self::max_capacity).
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

    /// As [`reserve`](Self::reserve), with a permit that owns the sender.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve). The sender is dropped.
    ///
    /// # Cancel safety
    /// As [`reserve`](Self::reserve). The sender is dropped.
    pub async fn reserve_owned(self) -> Result<OwnedPermit<T>, SendError<()>> {
        self.acquire(1).await?;
        Ok(OwnedPermit::new(self))
    }

    async fn acquire(&self, permits: usize) -> Result<(), SendError<()>> {
        let guard = CancelGuard(&self.tx);
        let acquired = acquire!(self.tx.semaphore.semaphore, permits);
        mem::forget(guard);
        acquired.map_err(|_| SendError(()))
    }

    /// Reserves space for one message if there is some now.
    ///
    /// # Errors
    /// If the channel is full, or if the receiver is dropped or closed.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_acquire(1)?;
        Ok(Permit::new(&self.tx))
    }

    /// Reserves space for `messages` messages if there is enough now.
    ///
    /// # Errors
    /// If there is less space, or if the receiver is dropped or closed.
    pub fn try_reserve_many(
        &self,
        messages: usize,
    ) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        self.try_acquire(messages)?;
        Ok(PermitIterator::new(&self.tx, messages))
    }

    /// As [`try_reserve`](Self::try_reserve), with a permit that owns the
    /// sender.
    ///
    /// # Errors
    /// As [`try_reserve`](Self::try_reserve). The error contains the sender.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.try_acquire(1) {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(self)),
        }
    }

    fn try_acquire(&self, permits: usize) -> Result<(), TrySendError<()>> {
        let acquired = self.tx.semaphore.semaphore.try_acquire(permits);
        acquired.map_err(|refused| match refused {
            TryAcquireError::NoPermits => TrySendError::Full(()),
            TryAcquireError::Closed => TrySendError::Closed(()),
        })
    }

    /// Waits until the receiver is dropped or closed.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing.
    pub async fn closed(&self) {
        self.tx.closed().await;
    }

    /// Returns whether the receiver is dropped or closed.
    pub fn is_closed(&self) -> bool {
        // The receiver closes the permits before the queue. A send fails as soon as the
        // permits are closed, so this must be true from then on.
        self.tx.semaphore.semaphore.is_closed()
    }

    /// Returns whether both send to the same receiver.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.tx.is_same_channel(&other.tx)
    }

    /// Returns how many messages the channel has space for now. Reserved space
    /// does not count.
    pub fn capacity(&self) -> usize {
        self.tx.semaphore.semaphore.available()
    }

    /// Returns how many messages the channel has space for when it is empty.
    pub fn max_capacity(&self) -> usize {
        self.tx.semaphore.capacity
    }

    /// Makes a sender that does not keep the channel open.
    #[must_use = "the weak sender is the only result"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender {
            tx: self.tx.downgrade(),
        }
    }

    /// Returns how many senders exist.
    pub fn strong_count(&self) -> usize {
        self.tx.senders()
    }

    /// Returns how many weak senders exist.
    pub fn weak_count(&self) -> usize {
        self.tx.weak_senders()
    }

    pub(in super::super) fn tx(&self) -> &Tx<T, Bounded> {
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

/// A sender that does not keep the channel open: when only weak senders are
/// left, the receiver's [`recv`](Receiver::recv) returns `None`.
pub struct WeakSender<T> {
    tx: WeakTx<T, Bounded>,
}

impl<T> WeakSender<T> {
    /// Makes a sender, unless the last one is gone.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.tx.upgrade().map(Sender::new)
    }

    /// Returns how many senders exist.
    pub fn strong_count(&self) -> usize {
        self.tx.senders()
    }

    /// Returns how many weak senders exist.
    pub fn weak_count(&self) -> usize {
        self.tx.weak_senders()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self {
            tx: self.tx.clone(),
        }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}
