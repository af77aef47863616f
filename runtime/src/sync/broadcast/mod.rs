//! Every value to every receiver.
//!
//! The channel keeps the last `capacity` values for those who have not come to
//! them. A receiver that falls further behind is not waited for: it is told
//! how many it missed, and goes on with the oldest that is left.
//!
//! ```
//! use wakeful::sync::broadcast::{self, error::RecvError};
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (sender, mut quick) = broadcast::channel(2);
//!     let mut slow = sender.subscribe();
//!     for number in 1..=3 {
//!         sender.send(number).expect("somebody listens");
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
//! A value is cloned for each receiver but the last, who gets it itself, and
//! never under a lock. Sending allocates once; waiting does not.

pub mod error;
mod ring;
mod weak;

pub use weak::WeakSender;

use super::{
    Notify,
    wait_list::{self, Locked, Queue, Waitable},
};
use crate::{primitives::Arc, task::consume_budget, trace::Label};
use error::{RecvError, SendError, TryRecvError};
use ring::{Ring, Taken};
use std::fmt;

struct Shared<T> {
    queue: Queue<Ring<T>, Number>,
    /// The last receiver went.
    deserted: Notify,
}

/// For which value somebody waits.
#[derive(Clone, Copy)]
struct Number(u64);

impl<T> Shared<T> {
    /// Ends the waits that began before now: something has happened.
    fn release<'a>(&'a self, locked: Locked<'a, Ring<T>, Number>) {
        let next = locked.next();
        self.queue.release(locked, |locked| {
            // Those who wait for what comes next have come since, unless
            // nothing will.
            let first = locked.first()?;
            (first.0 < next || locked.is_closed()).then(|| locked.release_first(first))
        });
    }
}

impl<T> Waitable for Shared<T> {
    type State = Ring<T>;
    type Note = Number;

    fn queue(&self) -> &Queue<Ring<T>, Number> {
        &self.queue
    }

    fn left(&self, _: Locked<'_, Ring<T>, Number>, _: Number, _: bool) {}
}

/// A channel that keeps the last `capacity` values.
///
/// # Panics
/// If `capacity` is 0.
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(capacity);
    let receiver = sender.subscribe();
    (sender, receiver)
}

/// Sends to every [`Receiver`]; one of any number, made by `clone`.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// A channel to which nobody listens yet.
    ///
    /// # Panics
    /// If `capacity` is 0.
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a channel has room for at least one value");
        let queue = Queue::new(Ring::new(capacity), Label::new("broadcast receive"));
        Self {
            shared: Arc::new(Shared {
                queue,
                deserted: Notify::called(Label::new("broadcast closed")),
            }),
        }
    }

    /// Sends to all who listen now, and returns how many those are. Never
    /// waits; takes time in proportion to those who wait.
    ///
    /// # Errors
    /// Gives the value back if nobody listens.
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        // Neither an allocation nor, of the oldest, a drop under the lock.
        let value = Arc::new(value);
        let mut locked = self.shared.queue.lock();
        let Some((receivers, oldest)) = locked.push(&value) else {
            drop(locked);
            let value = Arc::try_unwrap(value).ok();
            return Err(SendError(value.expect("it has not been shared")));
        };
        self.shared.release(locked);
        drop(oldest);
        Ok(receivers)
    }

    /// One more who listens, from the next value on.
    pub fn subscribe(&self) -> Receiver<T> {
        let next = self.shared.queue.lock().subscribe();
        Receiver {
            shared: Arc::clone(&self.shared),
            next,
        }
    }

    /// How many values are kept for somebody.
    pub fn len(&self) -> usize {
        self.shared.queue.lock().len()
    }

    /// Whether no value is kept for anybody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many listen.
    pub fn receiver_count(&self) -> usize {
        self.shared.queue.lock().receivers()
    }

    /// Waits until nobody listens any more. There may be somebody again by
    /// then: [`subscribe`](Self::subscribe) makes one.
    ///
    /// # Cancel safety
    /// Yes.
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
            let deserted = self.shared.deserted.notified();
            if self.receiver_count() == 0 {
                return;
            }
            deserted.await;
        }
    }

    /// A sender that does not keep the channel open.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(&self.shared)
    }

    /// How many senders there are, the weak not among them.
    pub fn strong_count(&self) -> usize {
        self.shared.queue.lock().senders()
    }

    /// Whether both send to the same receivers.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.queue.lock().add_sender();
        let shared = Arc::clone(&self.shared);
        Self { shared }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut locked = self.shared.queue.lock();
        locked.remove_sender();
        if locked.is_closed() {
            self.shared.release(locked);
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

/// Receives every value that is sent while it lives.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    /// The number of the value that it has not seen yet.
    next: u64,
}

impl<T> Receiver<T> {
    /// How many values are there that this receiver has not seen, those that
    /// it will miss not among them.
    pub fn len(&self) -> usize {
        self.shared.queue.lock().ahead_of(self.next)
    }

    /// Whether it has seen every value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many senders there are, the weak not among them.
    pub fn sender_strong_count(&self) -> usize {
        self.shared.queue.lock().senders()
    }

    /// Whether all senders are gone. There may be values left.
    pub fn is_closed(&self) -> bool {
        self.shared.queue.lock().is_closed()
    }

    /// Whether both listen to the same senders.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// One more who listens, from the next value that is sent on.
    #[must_use = "a receiver that is dropped receives nothing"]
    pub fn resubscribe(&self) -> Self {
        let next = self.shared.queue.lock().subscribe();
        let shared = Arc::clone(&self.shared);
        Self { shared, next }
    }
}

impl<T: Clone> Receiver<T> {
    /// Waits for the next value.
    ///
    /// # Errors
    /// [`Lagged`](RecvError::Lagged) if values were dropped before this
    /// receiver came to them; [`Closed`](RecvError::Closed) when all senders
    /// are gone and every value has been seen.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing: a value is taken in the poll that is ready.
    pub async fn recv(&mut self) -> Result<T, RecvError> {
        consume_budget().await;
        loop {
            match self.try_recv() {
                Ok(value) => return Ok(value),
                Err(TryRecvError::Lagged(missed)) => return Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Closed) => return Err(RecvError::Closed),
                Err(TryRecvError::Empty) => {
                    let next = self.next;
                    let there =
                        |ring: &mut Locked<'_, Ring<T>, _>, _: &mut _| ring.is_worth_a_look(next);
                    wait_list::wait(&*self.shared, Number(next), there).await;
                }
            }
        }
    }

    /// The next value, if it is there.
    ///
    /// # Errors
    /// As [`recv`](Self::recv), or [`Empty`](TryRecvError::Empty).
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let taken = self.shared.queue.lock().take(&mut self.next);
        match taken {
            Taken::Value(value) => {
                Ok(Arc::try_unwrap(value).unwrap_or_else(|shared| T::clone(&shared)))
            }
            Taken::Missed(values) => Err(TryRecvError::Lagged(values)),
            Taken::Nothing => Err(TryRecvError::Empty),
            Taken::Closed => Err(TryRecvError::Closed),
        }
    }

    /// [`recv`](Self::recv) on a thread that runs no tasks.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        crate::executor::park_thread::block_on(self.recv())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // What nobody else listens for is dropped when the lock is free.
        let mut locked = self.shared.queue.lock();
        let unheard = locked.unsubscribe(self.next);
        let deserted = locked.receivers() == 0;
        drop(locked);
        if deserted {
            self.shared.deserted.notify_waiters();
        }
        drop(unheard);
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
