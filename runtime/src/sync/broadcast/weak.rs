//! Senders that do not keep their channel open.

use super::{BroadcastChannel, Sender};
use crate::primitives::Arc;
use std::fmt;

/// A [`Sender`] that does not keep the channel open, from
/// [`Sender::downgrade`]. Use it in a task that also receives from the channel
/// and should end with it.
///
/// ```
/// use wakeful::sync::broadcast::{self, error::RecvError};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (sender, mut receiver) = broadcast::channel(4);
///     let weak = sender.downgrade();
///     let again = weak.upgrade().expect("it is open");
///     again.send(1).expect("there is a receiver");
///     drop((sender, again));
///     assert!(weak.upgrade().is_none());
///     assert_eq!(receiver.recv().await, Ok(1));
///     assert_eq!(receiver.recv().await, Err(RecvError::Closed));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct WeakSender<T> {
    channel: Arc<BroadcastChannel<T>>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(channel: &Arc<BroadcastChannel<T>>) -> Self {
        channel.list.lock().add_weak_sender();
        let channel = Arc::clone(channel);
        Self { channel }
    }

    /// Makes a sender, unless the last one is gone. A closed channel stays
    /// closed.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        let mut locked = self.channel.list.lock();
        if locked.is_closed() {
            return None;
        }
        locked.add_sender();
        drop(locked);
        let channel = Arc::clone(&self.channel);
        Some(Sender { channel })
    }

    /// Returns how many senders exist.
    pub fn strong_count(&self) -> usize {
        self.channel.list.lock().senders()
    }

    /// Returns how many weak senders exist.
    pub fn weak_count(&self) -> usize {
        self.channel.list.lock().weak_senders()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self::new(&self.channel)
    }
}

impl<T> Drop for WeakSender<T> {
    fn drop(&mut self) {
        self.channel.list.lock().remove_weak_sender();
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}
