//! Senders that do not keep their channel open.

use super::{Sender, Shared};
use crate::primitives::Arc;
use std::fmt;

/// A [`Sender`] that does not keep the channel open; from
/// [`Sender::downgrade`]. For those whom the channel outlives, such as a
/// receiver's own task.
///
/// ```
/// use wakeful::sync::broadcast::{self, error::RecvError};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (sender, mut receiver) = broadcast::channel(4);
///     let weak = sender.downgrade();
///     let again = weak.upgrade().expect("it is open");
///     again.send(1).expect("somebody listens");
///     drop((sender, again));
///     assert!(weak.upgrade().is_none());
///     assert_eq!(receiver.recv().await, Ok(1));
///     assert_eq!(receiver.recv().await, Err(RecvError::Closed));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct WeakSender<T> {
    /// The memory, with which a channel that is closed is closed still.
    shared: Arc<Shared<T>>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(shared: &Arc<Shared<T>>) -> Self {
        let shared = Arc::clone(shared);
        Self { shared }
    }

    /// A sender, if there is another still: a channel that is closed stays so.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        let mut locked = self.shared.queue.lock();
        if locked.is_closed() {
            return None;
        }
        locked.add_sender();
        drop(locked);
        let shared = Arc::clone(&self.shared);
        Some(Sender { shared })
    }

    /// How many senders there are, the weak not among them.
    pub fn strong_count(&self) -> usize {
        self.shared.queue.lock().senders()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self::new(&self.shared)
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}
