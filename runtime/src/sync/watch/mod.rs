//! The latest value, from some tasks to many.
//!
//! A receiver sees that the value has changed and what it is now. It does not
//! see every value. Use this channel for settings, positions and states.
//!
//! ```
//! use wakeful::sync::watch;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (sender, mut receiver) = watch::channel("starting");
//!     let server = wakeful::spawn_local(async move {
//!         sender.send("listening").expect("there is a receiver");
//!         wakeful::task::yield_now().await;
//!         sender.send("stopped").expect("there is a receiver");
//!     });
//!     receiver.wait_for(|state| *state == "stopped").await.expect("it stops");
//!     server.await?;
//!     assert!(receiver.changed().await.is_err(), "the sender is gone");
//!     Ok::<(), wakeful::task::JoinError>(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Ref`] holds the value's lock while it exists. Keep it only for a moment,
//! and not across an `await`. The compiler helps, because a `Ref` is not `Send`.
//! The closures of [`send_modify`](Sender::send_modify),
//! [`send_if_modified`](Sender::send_if_modified) and
//! [`wait_for`](Receiver::wait_for) run under the same lock, so keep them short,
//! too. No other lock is held while your code runs there.

pub mod error;
mod receiver;
mod sender;

pub use receiver::Receiver;
pub use sender::Sender;

use super::Notify;
use crate::{
    primitives::{AtomicUsize, RwLock, RwLockReadGuard},
    taskdump::Resource,
};
use std::{
    fmt,
    ops::Deref,
    sync::{PoisonError, atomic::Ordering::Acquire},
};

/// Set in the state when all senders are dropped. The bits above it are the version.
const CLOSED: usize = 1;
/// Each change adds this to the version.
const STEP_SIZE: usize = 1 << 1;

struct WatchChannel<T> {
    value: RwLock<T>,
    /// The version and the flag [`CLOSED`]. The version changes under the value's lock, held
    /// to write.
    state: AtomicUsize,
    senders: AtomicUsize,
    receivers: AtomicUsize,
    changed: Notify,
    /// The last receiver was dropped.
    no_receivers: Notify,
}

impl<T> WatchChannel<T> {
    fn new(value: T, changed: Resource, no_receivers: Resource) -> Self {
        Self {
            value: RwLock::new(value),
            state: AtomicUsize::new(0),
            senders: AtomicUsize::new(1),
            receivers: AtomicUsize::new(0),
            changed: Notify::for_resource(changed),
            no_receivers: Notify::for_resource(no_receivers),
        }
    }

    fn state(&self) -> usize {
        // Ordering: Acquire pairs with the Release in `Sender::send_if_modified`
        // and `Sender::drop`. A receiver that sees a change sees what the sender
        // did before it.
        self.state.load(Acquire)
    }

    /// The state without the flag.
    fn version(&self) -> usize {
        self.state() & !CLOSED
    }

    fn is_closed(&self) -> bool {
        self.state() & CLOSED != 0
    }

    fn read(&self) -> RwLockReadGuard<'_, T> {
        // If a closure has panicked, the value is what the closure left.
        self.value.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Creates a channel with the value `initial`, which the receiver counts as
/// seen.
#[cfg_attr(feature = "taskdump", track_caller)]
pub fn channel<T>(initial: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(initial);
    let receiver = sender.subscribe();
    (sender, receiver)
}

/// A borrowed value of a channel. Senders wait while it exists.
///
/// ```compile_fail,E0277
/// // A task that keeps it across an `await` could wait for itself. So it is not
/// // `Send`.
/// fn send<T: Send>(_: T) {}
/// let (_sender, receiver) = wakeful::sync::watch::channel(0);
/// send(receiver.borrow());
/// ```
pub struct Ref<'a, T> {
    value: RwLockReadGuard<'a, T>,
    changed: bool,
}

impl<T> Ref<'_, T> {
    /// Returns whether the receiver that lends the value had not seen it
    /// before.
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
