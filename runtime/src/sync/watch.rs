//! The latest value, from some tasks to many.
//!
//! A receiver sees that the value has changed and what it is now, not each
//! value that it had: for settings, positions, states.
//!
//! ```
//! use wakeful::sync::watch;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (sender, mut receiver) = watch::channel("starting");
//!     let server = wakeful::spawn_local(async move {
//!         sender.send("listening").expect("somebody watches");
//!         wakeful::task::yield_now().await;
//!         sender.send("stopped").expect("somebody watches");
//!     });
//!     receiver.wait_for(|state| *state == "stopped").await.expect("it stops");
//!     server.await?;
//!     assert!(receiver.changed().await.is_err(), "the sender is gone");
//!     Ok::<(), wakeful::task::JoinError>(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Ref`] holds the value's lock while it lives: keep it for a moment only,
//! and not across an `await` (it is not `Send`, so the compiler helps). The
//! same goes for the closures of [`send_modify`](Sender::send_modify),
//! [`send_if_modified`](Sender::send_if_modified) and
//! [`wait_for`](Receiver::wait_for). They are the only code of a user's that
//! runs under a lock of this crate, and it is the lock of their own value.

use super::Notify;
use crate::{
    primitives::{Arc, AtomicUsize, RwLock, RwLockReadGuard},
    task::consume_budget,
    trace::Label,
};
use std::{
    error::Error,
    fmt, mem,
    ops::Deref,
    sync::{
        PoisonError,
        atomic::Ordering::{AcqRel, Acquire, Relaxed, Release},
    },
};

/// The version counts changes, above a bit that says that the senders are gone.
const CLOSED: usize = 1;
const CHANGE: usize = 1 << 1;

struct Shared<T> {
    value: RwLock<T>,
    /// Counts up under the value's lock, held to write.
    version: AtomicUsize,
    senders: AtomicUsize,
    receivers: AtomicUsize,
    changed: Notify,
    /// The last receiver went.
    abandoned: Notify,
}

impl<T> Shared<T> {
    fn version(&self) -> usize {
        // Ordering: Acquire, so that who sees a change of what the value is
        // about finds that changed too.
        self.version.load(Acquire)
    }

    fn read(&self) -> RwLockReadGuard<'_, T> {
        // A closure that panicked has left the value as it has left it.
        self.value.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn subscribe(this: &Arc<Self>, seen: usize) -> Receiver<T> {
        // Ordering: Relaxed; who adds one has the channel.
        this.receivers.fetch_add(1, Relaxed);
        Receiver {
            shared: Arc::clone(this),
            seen,
        }
    }
}

/// A channel whose value is `initial`, which the receiver counts as seen.
#[cfg_attr(feature = "trace", track_caller)]
pub fn channel<T>(initial: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(initial);
    let receiver = sender.subscribe();
    (sender, receiver)
}

/// Changes the value. One of any number, made by `clone`.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// A channel that nobody watches yet.
    #[cfg_attr(feature = "trace", track_caller)]
    pub fn new(initial: T) -> Self {
        Self {
            shared: Arc::new(Shared {
                value: RwLock::new(initial),
                version: AtomicUsize::new(0),
                senders: AtomicUsize::new(1),
                receivers: AtomicUsize::new(0),
                changed: Notify::called(Label::new("watch change")),
                abandoned: Notify::called(Label::new("watch closed")),
            }),
        }
    }

    /// Changes the value and wakes who waits for that.
    ///
    /// # Errors
    /// Gives the value back if nobody watches; the channel keeps what it has.
    pub fn send(&self, value: T) -> Result<(), error::SendError<T>> {
        if self.is_closed() {
            return Err(error::SendError(value));
        }
        self.send_replace(value);
        Ok(())
    }

    /// Changes the value, whether or not somebody watches, and returns the old.
    pub fn send_replace(&self, mut value: T) -> T {
        self.send_modify(|now| mem::swap(now, &mut value));
        value
    }

    /// Changes the value in place.
    ///
    /// # Panics
    /// If `modify` does; nobody is then told of a change.
    pub fn send_modify(&self, modify: impl FnOnce(&mut T)) {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value in place; who watches is told only if `modify` says
    /// that it did. Returns what it said.
    ///
    /// # Panics
    /// If `modify` does; nobody is then told of a change.
    pub fn send_if_modified(&self, modify: impl FnOnce(&mut T) -> bool) -> bool {
        let value = self.shared.value.write();
        let mut value = value.unwrap_or_else(PoisonError::into_inner);
        let modified = modify(&mut value);
        if modified {
            // Ordering: Release, see `version`. Under the lock, so that a
            // version read under it is that of the value.
            self.shared.version.fetch_add(CHANGE, Release);
        }
        drop(value);
        if modified {
            self.shared.changed.notify_waiters();
        }
        modified
    }

    /// The value.
    pub fn borrow(&self) -> Ref<'_, T> {
        let value = self.shared.read();
        Ref {
            value,
            changed: false,
        }
    }

    /// One more who watches; what the value is now counts as seen.
    pub fn subscribe(&self) -> Receiver<T> {
        Shared::subscribe(&self.shared, self.shared.version() & !CLOSED)
    }

    /// Waits until nobody watches.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn closed(&self) {
        consume_budget().await;
        loop {
            let abandoned = self.shared.abandoned.notified();
            if self.is_closed() {
                return;
            }
            abandoned.await;
        }
    }

    /// Whether nobody watches.
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
    }

    /// How many watch.
    pub fn receiver_count(&self) -> usize {
        // Ordering: Acquire shows what the last receiver did before it went.
        self.shared.receivers.load(Acquire)
    }

    /// How many senders there are.
    pub fn sender_count(&self) -> usize {
        self.shared.senders.load(Acquire)
    }

    /// Whether both are of one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        // Ordering: Relaxed; a new sender comes from one that exists.
        self.shared.senders.fetch_add(1, Relaxed);
        let shared = Arc::clone(&self.shared);
        Self { shared }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // Ordering: AcqRel passes on what every sender did before it went.
        if self.shared.senders.fetch_sub(1, AcqRel) == 1 {
            self.shared.version.fetch_or(CLOSED, AcqRel);
            self.shared.changed.notify_waiters();
        }
    }
}

impl<T: Default> Default for Sender<T> {
    #[cfg_attr(feature = "trace", track_caller)]
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

/// Watches the value. One of any number, made by `clone`: each remembers which
/// change it has seen.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    seen: usize,
}

impl<T> Receiver<T> {
    /// The value, without counting it as seen.
    pub fn borrow(&self) -> Ref<'_, T> {
        let value = self.shared.read();
        let changed = self.shared.version() & !CLOSED != self.seen;
        Ref { value, changed }
    }

    /// The value, which counts as seen from now on.
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let value = self.shared.read();
        let version = self.shared.version() & !CLOSED;
        let changed = mem::replace(&mut self.seen, version) != version;
        Ref { value, changed }
    }

    /// Whether there is a change that has not been seen.
    ///
    /// # Errors
    /// When all senders are gone.
    pub fn has_changed(&self) -> Result<bool, error::RecvError> {
        let version = self.shared.version();
        if version & CLOSED != 0 {
            return Err(error::RecvError(()));
        }
        Ok(version != self.seen)
    }

    /// The next [`changed`](Self::changed) is ready at once.
    pub fn mark_changed(&mut self) {
        self.seen = self.seen.wrapping_sub(CHANGE);
    }

    /// Counts what the value is now as seen.
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.version() & !CLOSED;
    }

    /// Waits for a change that has not been seen, and counts it as seen.
    ///
    /// # Errors
    /// When all senders are gone, and every change has been seen.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing, and counts nothing as seen.
    pub async fn changed(&mut self) -> Result<(), error::RecvError> {
        consume_budget().await;
        loop {
            let changed = self.shared.changed.notified();
            let version = self.shared.version();
            if version & !CLOSED != self.seen {
                self.seen = version & !CLOSED;
                return Ok(());
            }
            if version & CLOSED != 0 {
                return Err(error::RecvError(()));
            }
            changed.await;
        }
    }

    /// Waits until the value is as `wanted` says; it may be so already. The
    /// value counts as seen.
    ///
    /// # Errors
    /// When all senders are gone, and the last value is not so.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing, but values that were not as wanted may count
    /// as seen.
    pub async fn wait_for(
        &mut self,
        mut wanted: impl FnMut(&T) -> bool,
    ) -> Result<Ref<'_, T>, error::RecvError> {
        consume_budget().await;
        loop {
            let changed = self.shared.changed.notified();
            let closed = self.shared.version() & CLOSED != 0;
            {
                let value = self.shared.read();
                let version = self.shared.version() & !CLOSED;
                let changed = mem::replace(&mut self.seen, version) != version;
                if wanted(&value) {
                    return Ok(Ref { value, changed });
                }
            }
            if closed {
                return Err(error::RecvError(()));
            }
            changed.await;
        }
    }

    /// Whether both watch one value.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Shared::subscribe(&self.shared, self.seen)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // Ordering: Release, see `receiver_count`.
        if self.shared.receivers.fetch_sub(1, AcqRel) == 1 {
            self.shared.abandoned.notify_waiters();
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

/// The value, lent; the senders wait meanwhile.
///
/// ```compile_fail,E0277
/// // Kept across an `await`, it would make a task wait for itself; so it may
/// // not go where a task goes.
/// fn send<T: Send>(_: T) {}
/// let (_sender, receiver) = wakeful::sync::watch::channel(0);
/// send(receiver.borrow());
/// ```
pub struct Ref<'a, T> {
    value: RwLockReadGuard<'a, T>,
    changed: bool,
}

impl<T> Ref<'_, T> {
    /// Whether the receiver that lends it had not seen it before.
    pub fn has_changed(&self) -> bool {
        self.changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// How watching can end.
pub mod error {
    use super::{Error, fmt};

    /// Nobody watches; here is the value.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub struct SendError<T>(pub T);

    impl<T> fmt::Debug for SendError<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("SendError").finish_non_exhaustive()
        }
    }

    impl<T> fmt::Display for SendError<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("nobody watches the value")
        }
    }

    impl<T> Error for SendError<T> {}

    /// All senders are gone: the value will not change any more.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RecvError(pub(super) ());

    impl fmt::Display for RecvError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("nobody can change the value any more")
        }
    }

    impl Error for RecvError {}
}
