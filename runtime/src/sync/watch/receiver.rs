//! The receiver of a watch channel.

use super::{CLOSED, Ref, STEP_SIZE, WatchChannel, error::RecvError};
use crate::{primitives::Arc, task::consume_budget};
use std::{
    fmt, mem,
    sync::atomic::Ordering::{Relaxed, Release},
};

/// Watches the value. Each receiver remembers which change it has seen last. A
/// clone starts with what the original has seen.
pub struct Receiver<T> {
    channel: Arc<WatchChannel<T>>,
    /// The version that it has seen.
    seen: usize,
}

impl<T> Receiver<T> {
    /// A receiver that has seen the version `seen`.
    pub(super) fn new(channel: &Arc<WatchChannel<T>>, seen: usize) -> Self {
        // Ordering: Relaxed, because a new receiver publishes nothing.
        channel.receivers.fetch_add(1, Relaxed);
        let channel = Arc::clone(channel);
        Self { channel, seen }
    }

    /// Borrows the value without counting it as seen.
    pub fn borrow(&self) -> Ref<'_, T> {
        let value = self.channel.read();
        let changed = self.channel.version() != self.seen;
        Ref { value, changed }
    }

    /// Borrows the value and counts it as seen.
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let value = self.channel.read();
        let version = self.channel.version();
        let changed = mem::replace(&mut self.seen, version) != version;
        Ref { value, changed }
    }

    /// Returns whether there is a change that this receiver has not seen.
    ///
    /// # Errors
    /// If all senders are dropped.
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        let state = self.channel.state();
        if state & CLOSED != 0 {
            return Err(RecvError(()));
        }
        Ok(state != self.seen)
    }

    /// Returns whether all senders are dropped.
    ///
    /// ```
    /// let (sender, receiver) = wakeful::sync::watch::channel(());
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.channel.is_closed()
    }

    /// Counts the current value as not seen, so the next
    /// [`changed`](Self::changed) is ready at once.
    pub fn mark_changed(&mut self) {
        self.seen = self.seen.wrapping_sub(STEP_SIZE);
    }

    /// Counts the current value as seen.
    pub fn mark_unchanged(&mut self) {
        self.seen = self.channel.version();
    }

    /// Waits for a change that this receiver has not seen, and counts it as
    /// seen.
    ///
    /// # Errors
    /// If all senders are dropped and the receiver has seen every change.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing and counts nothing as seen.
    pub async fn changed(&mut self) -> Result<(), RecvError> {
        consume_budget().await;
        loop {
            let changed = self.channel.changed.notified();
            let state = self.channel.state();
            if state & !CLOSED != self.seen {
                self.seen = state & !CLOSED;
                return Ok(());
            }
            if state & CLOSED != 0 {
                return Err(RecvError(()));
            }
            changed.await;
        }
    }

    /// Waits until `condition` holds for the value. It may hold already. The
    /// value then counts as seen.
    ///
    /// # Errors
    /// If all senders are dropped and the condition does not hold for the last
    /// value.
    ///
    /// # Panics
    /// If `condition` panics.
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing. Values for which the condition did
    /// not hold may count as seen.
    pub async fn wait_for(
        &mut self,
        mut condition: impl FnMut(&T) -> bool,
    ) -> Result<Ref<'_, T>, RecvError> {
        consume_budget().await;
        loop {
            let changed = self.channel.changed.notified();
            let closed = self.channel.is_closed();
            {
                let value = self.channel.read();
                let version = self.channel.version();
                let changed = mem::replace(&mut self.seen, version) != version;
                if condition(&value) {
                    return Ok(Ref { value, changed });
                }
            }
            if closed {
                return Err(RecvError(()));
            }
            changed.await;
        }
    }

    /// Returns whether both watch the same value.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(&self.channel, self.seen)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // Ordering: Release pairs with the Acquire in `Sender::receiver_count`.
        if self.channel.receivers.fetch_sub(1, Release) == 1 {
            self.channel.no_receivers.notify_waiters();
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("changed", &self.borrow().has_changed())
            .finish_non_exhaustive()
    }
}
