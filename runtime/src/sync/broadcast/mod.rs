//! Every value to every receiver.
//!
//! The channel keeps the last `capacity` values for the receivers that have not
//! taken them yet. It does not wait for a receiver that falls further behind:
//! that receiver is told how many values it missed, and goes on with the oldest
//! one that is left.
//!
//! ```
//! use wakeful::sync::broadcast::{self, error::RecvError};
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (sender, mut quick) = broadcast::channel(2);
//!     let mut slow = sender.subscribe();
//!     for number in 1..=3 {
//!         sender.send(number).expect("there are receivers");
//!         assert_eq!(quick.recv().await, Ok(number));
//!     }
//!     assert_eq!(slow.recv().await, Err(RecvError::Lagged(1)));
//!     assert_eq!(slow.recv().await, Ok(2));
//!     assert_eq!(slow.recv().await, Ok(3));
//!     drop(sender);
//!     assert_eq!(slow.recv().await, Err(RecvError::Closed));
//! });
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A value is cloned for each receiver except the last, which gets the value
//! itself. Receivers clone a value one at a time, under a lock of its own, so a
//! value has to be `Send` and need not be `Sync`. Sending allocates once, and
//! waiting does not allocate.

pub mod error;
mod receiver;
mod ring;
mod weak;

pub use receiver::Receiver;
pub use weak::WeakSender;

use super::{
    Notify,
    wait_list::{LockedList, Primitive, WaitList},
};
use crate::{
    primitives::{Arc, Mutex},
    task::consume_budget,
    taskdump::Resource,
};
use error::SendError;
use ring::Ring;
use std::{fmt, sync::PoisonError};

struct BroadcastChannel<T> {
    list: WaitList<Ring<T>, Number>,
    /// The last receiver was dropped.
    no_receivers: Notify,
}

/// The number of the value that a receiver waits for.
#[derive(Clone, Copy)]
struct Number(u64);

impl<T> BroadcastChannel<T> {
    /// Wakes the receivers that find a value now, or the end of the channel.
    fn notify_receivers<'a>(&'a self, locked: LockedList<'a, Ring<T>, Number>) {
        let next = locked.next();
        self.list.dequeue_and_wake(locked, |locked| {
            // A receiver with the number `next` has begun to wait since. It
            // finds something only if the channel is closed.
            let first = locked.first()?;
            (first.0 < next || locked.is_closed()).then(|| locked.dequeue_first(first))
        });
    }
}

// SAFETY: WL5: the list is a field.
unsafe impl<T> Primitive for BroadcastChannel<T> {
    type State = Ring<T>;
    type Data = Number;

    fn wait_list(&self) -> &WaitList<Ring<T>, Number> {
        &self.list
    }

    /// A receiver that is dropped takes nothing away from the others.
    fn cancelled(&self, _: LockedList<'_, Ring<T>, Number>, _: Number) {}
}

/// Creates a channel that keeps the last `capacity` values.
///
/// # Panics
/// If `capacity` is 0.
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(capacity);
    let receiver = sender.subscribe();
    (sender, receiver)
}

/// Sends to every [`Receiver`]. Clone it to have several senders.
pub struct Sender<T> {
    channel: Arc<BroadcastChannel<T>>,
}

impl<T> Sender<T> {
    /// Creates a channel that has no receiver yet.
    ///
    /// # Panics
    /// If `capacity` is 0.
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a channel has room for at least one value");
        let resource = Resource::new("broadcast receive");
        Self {
            channel: Arc::new(BroadcastChannel {
                list: WaitList::new(Ring::new(capacity), resource),
                no_receivers: Notify::for_resource(Resource::new("broadcast closed")),
            }),
        }
    }

    /// Sends to all receivers and returns how many there are. Never waits.
    /// Takes time in proportion to the number of receivers that wait.
    ///
    /// # Errors
    /// Returns the value if the channel has no receiver.
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        // The allocation comes before the lock, and the oldest value is dropped
        // after it.
        let value = Arc::new(Mutex::new(value));
        let mut locked = self.channel.list.lock();
        let Some((receivers, oldest)) = locked.push(&value) else {
            drop(locked);
            let value = Arc::try_unwrap(value).ok().expect("it was not shared");
            let value = value.into_inner();
            return Err(SendError(value.unwrap_or_else(PoisonError::into_inner)));
        };
        self.channel.notify_receivers(locked);
        drop(oldest);
        Ok(receivers)
    }

    /// Makes a receiver, which gets the values that are sent from now on.
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(&self.channel)
    }

    /// Returns how many values the channel keeps for receivers that have not
    /// taken them. Takes time in proportion to that number.
    pub fn len(&self) -> usize {
        self.channel.list.lock().len()
    }

    /// Returns whether the channel keeps no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many receivers exist.
    pub fn receiver_count(&self) -> usize {
        self.channel.list.lock().receivers()
    }

    /// Waits until the channel has no receiver. When this returns, there may
    /// already be a new one from [`subscribe`](Self::subscribe).
    ///
    /// # Cancel safety
    /// A call that is dropped loses nothing.
    ///
    /// ```
    /// use wakeful::sync::broadcast;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let (sender, mut receiver) = broadcast::channel(4);
    ///     let listener = wakeful::spawn_local(async move { receiver.recv().await });
    ///     sender.send("the only news")?;
    ///     sender.closed().await;
    ///     assert_eq!(listener.await??, "the only news");
    ///     Ok::<(), Box<dyn std::error::Error>>(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn closed(&self) {
        consume_budget().await;
        loop {
            let no_receivers = self.channel.no_receivers.notified();
            if self.receiver_count() == 0 {
                return;
            }
            no_receivers.await;
        }
    }

    /// Makes a sender that does not keep the channel open.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(&self.channel)
    }

    /// Returns how many senders exist.
    pub fn strong_count(&self) -> usize {
        self.channel.list.lock().senders()
    }

    /// Returns how many weak senders exist.
    pub fn weak_count(&self) -> usize {
        self.channel.list.lock().weak_senders()
    }

    /// Returns whether both send to the same receivers.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.channel.list.lock().add_sender();
        let channel = Arc::clone(&self.channel);
        Self { channel }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut locked = self.channel.list.lock();
        locked.remove_sender();
        if locked.is_closed() {
            self.channel.notify_receivers(locked);
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("len", &self.len())
            .field("receivers", &self.receiver_count())
            .finish()
    }
}
