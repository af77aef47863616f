//! The receiver of a broadcast channel.

use super::{
    BroadcastChannel, Number,
    error::{RecvError, TryRecvError},
    ring::{Ring, Taken},
};
use crate::{
    executor::park_thread,
    primitives::{Arc, lock},
    sync::wait_list::{self, LockedList},
    task::consume_budget,
};
use std::{fmt, sync::PoisonError};

/// Receives every value that is sent while it exists.
pub struct Receiver<T> {
    channel: Arc<BroadcastChannel<T>>,
    /// The number of the first value that it has not seen.
    next: u64,
}

impl<T> Receiver<T> {
    pub(super) fn new(channel: &Arc<BroadcastChannel<T>>) -> Self {
        let next = channel.list.lock().subscribe();
        let channel = Arc::clone(channel);
        Self { channel, next }
    }

    /// Returns how many values were sent that this receiver has not taken. If
    /// that is more than the channel's capacity, the next call to
    /// [`recv`](Self::recv) returns [`Lagged`](RecvError::Lagged).
    pub fn len(&self) -> usize {
        let sent = self.channel.list.lock().sent_since(self.next);
        usize::try_from(sent).unwrap_or(usize::MAX)
    }

    /// Returns whether this receiver has seen every value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many senders exist.
    pub fn sender_strong_count(&self) -> usize {
        self.channel.list.lock().senders()
    }

    /// Returns how many weak senders exist.
    pub fn sender_weak_count(&self) -> usize {
        self.channel.list.lock().weak_senders()
    }

    /// Returns whether all senders are dropped. Values may still be left.
    pub fn is_closed(&self) -> bool {
        self.channel.list.lock().is_closed()
    }

    /// Returns whether both receive from the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }

    /// Makes another receiver, which gets the values that are sent from now on.
    #[must_use = "a receiver that is dropped receives nothing"]
    pub fn resubscribe(&self) -> Self {
        Self::new(&self.channel)
    }
}

impl<T: Clone> Receiver<T> {
    /// Waits for the next value. Takes constant time, plus the time to clone
    /// the value.
    ///
    /// # Errors
    /// - [`Lagged`](RecvError::Lagged) if values were dropped before this
    ///   receiver took them,
    /// - [`Closed`](RecvError::Closed) if all senders are dropped and the
    ///   receiver has seen every value.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing: it takes a value only in the poll
    /// that returns it.
    pub async fn recv(&mut self) -> Result<T, RecvError> {
        consume_budget().await;
        loop {
            match self.try_recv() {
                Ok(value) => return Ok(value),
                Err(TryRecvError::Lagged(missed)) => return Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Closed) => return Err(RecvError::Closed),
                Err(TryRecvError::Empty) => {
                    let next = self.next;
                    let has_news =
                        |ring: &mut LockedList<'_, Ring<T>, _>, _: &mut _| ring.has_news_for(next);
                    wait_list::wait(&*self.channel, Number(next), has_news).await;
                }
            }
        }
    }

    /// Returns the next value if it is there.
    ///
    /// # Errors
    /// As [`recv`](Self::recv), or [`Empty`](TryRecvError::Empty) if no value
    /// is there.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let taken = self.channel.list.lock().take(&mut self.next);
        match taken {
            Taken::Value(value) => Ok(match Arc::try_unwrap(value) {
                Ok(value) => value.into_inner().unwrap_or_else(PoisonError::into_inner),
                Err(shared) => T::clone(&lock(&shared)),
            }),
            Taken::Missed(values) => Err(TryRecvError::Lagged(values)),
            Taken::Nothing => Err(TryRecvError::Empty),
            Taken::Closed => Err(TryRecvError::Closed),
        }
    }

    /// Blocks the thread until a value comes. For threads that run no tasks.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        park_thread::block_on(self.recv())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut locked = self.channel.list.lock();
        let unseen = locked.unsubscribe(self.next);
        let is_last = locked.receivers() == 0;
        drop(locked);
        if is_last {
            self.channel.no_receivers.notify_waiters();
        }
        // Dropping values is user code, so it comes last.
        drop(unseen);
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
