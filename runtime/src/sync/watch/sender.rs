//! The sender of a watch channel.

use super::{CLOSED, Receiver, Ref, STEP_SIZE, WatchChannel, error::SendError};
use crate::{primitives::Arc, task::consume_budget, taskdump::Resource};
use std::{
    fmt, mem,
    sync::{
        PoisonError,
        atomic::Ordering::{AcqRel, Acquire, Relaxed, Release},
    },
};

/// Changes the value. Clone it to have several senders.
pub struct Sender<T> {
    channel: Arc<WatchChannel<T>>,
}

impl<T> Sender<T> {
    /// Creates a channel that has no receiver yet.
    #[cfg_attr(feature = "taskdump", track_caller)]
    pub fn new(initial: T) -> Self {
        let (changed, no_receivers) =
            (Resource::new("watch change"), Resource::new("watch closed"));
        Self {
            channel: Arc::new(WatchChannel::new(initial, changed, no_receivers)),
        }
    }

    /// Changes the value and wakes the receivers. Takes time in proportion to
    /// the number of receivers that wait.
    ///
    /// # Errors
    /// Returns the value if the channel has no receiver. The channel then keeps
    /// its value.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(value));
        }
        self.send_replace(value);
        Ok(())
    }

    /// Changes the value, even if the channel has no receiver, and returns the
    /// old value.
    pub fn send_replace(&self, mut value: T) -> T {
        self.send_modify(|current| mem::swap(current, &mut value));
        value
    }

    /// Changes the value in place and wakes the receivers.
    ///
    /// # Panics
    /// If `modify` panics. The receivers are then not told of a change.
    pub fn send_modify(&self, modify: impl FnOnce(&mut T)) {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value in place. Wakes the receivers only if `modify` returns
    /// `true`. Returns what `modify` returned.
    ///
    /// # Panics
    /// If `modify` panics. The receivers are then not told of a change.
    pub fn send_if_modified(&self, modify: impl FnOnce(&mut T) -> bool) -> bool {
        let value = self.channel.value.write();
        let mut value = value.unwrap_or_else(PoisonError::into_inner);
        let modified = modify(&mut value);
        if modified {
            // Under the lock, so that a version that is read under the lock
            // belongs to the value.
            // Ordering: Release pairs with the Acquire in
            // `WatchChannel::state`.
            self.channel.state.fetch_add(STEP_SIZE, Release);
        }
        drop(value);
        if modified {
            self.channel.changed.notify_waiters();
        }
        modified
    }

    /// Borrows the value.
    pub fn borrow(&self) -> Ref<'_, T> {
        let value = self.channel.read();
        Ref {
            value,
            changed: false,
        }
    }

    /// Makes a receiver, which counts the current value as seen.
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(&self.channel, self.channel.version())
    }

    /// Waits until the channel has no receiver.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing.
    pub async fn closed(&self) {
        consume_budget().await;
        loop {
            let no_receivers = self.channel.no_receivers.notified();
            if self.is_closed() {
                return;
            }
            no_receivers.await;
        }
    }

    /// Returns whether the channel has no receiver.
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
    }

    /// Returns how many receivers exist.
    pub fn receiver_count(&self) -> usize {
        // Ordering: Acquire pairs with the Release in `Receiver::drop`. A sender
        // that sees 0 sees what the receivers did.
        self.channel.receivers.load(Acquire)
    }

    /// Returns how many senders exist.
    pub fn sender_count(&self) -> usize {
        // Ordering: Relaxed, because nothing depends on the count.
        self.channel.senders.load(Relaxed)
    }

    /// Returns whether both belong to the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        // Ordering: Relaxed, because this sender keeps the count above 0.
        self.channel.senders.fetch_add(1, Relaxed);
        let channel = Arc::clone(&self.channel);
        Self { channel }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // Ordering: Release passes what this sender did to the last sender,
        // whose Acquire is here, too. The last sender passes it on to the
        // receivers: its Release pairs with the Acquire in
        // `WatchChannel::state`.
        if self.channel.senders.fetch_sub(1, AcqRel) == 1 {
            self.channel.state.fetch_or(CLOSED, Release);
            self.channel.changed.notify_waiters();
        }
    }
}

impl<T: Default> Default for Sender<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("receivers", &self.receiver_count())
            .finish_non_exhaustive()
    }
}
