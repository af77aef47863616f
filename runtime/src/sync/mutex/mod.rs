//! [`Mutex`]: a value that tasks use one after the other.

mod guards;

pub use guards::{MappedMutexGuard, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard};

use super::{
    guard::never_closed,
    raw_semaphore::{RawSemaphore, acquire},
};
use crate::{executor::park_thread, taskdump::Resource};
use std::{
    // Not loom's, because a guard lends the value for longer than a closure
    // runs. The models put loom's cell inside.
    cell::UnsafeCell,
    error::Error,
    fmt,
    sync::Arc,
};

/// A lock that a task can hold across an `await`.
///
/// Tasks get the lock in the order in which they asked for it. If you do not
/// hold the lock across an `await`, use `std::sync::Mutex`, which is cheaper.
///
/// There is no poisoning: a task that panics while it holds the lock frees it.
/// Locking and unlocking take one atomic exchange each while no task waits.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use wakeful::{sync::Mutex, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let sum = Arc::new(Mutex::new(0));
///     let tasks: Vec<_> = (1..=4)
///         .map(|number| {
///             let sum = Arc::clone(&sum);
///             wakeful::spawn_local(async move {
///                 let mut sum = sum.lock().await;
///                 let before = *sum;
///                 sleep(Duration::from_millis(1)).await;
///                 *sum = before + number;
///             })
///         })
///         .collect();
///     for task in tasks {
///         task.await?;
///     }
///     assert_eq!(*sum.lock().await, 10);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Invariant **L1**: a guard holds the only permit, so at most one exists.
pub struct Mutex<T: ?Sized> {
    semaphore: RawSemaphore,
    value: UnsafeCell<T>,
}

// SAFETY: the value moves with the mutex.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: L1: threads that share the mutex use the value one after the other.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    const_unless_loom! {
        /// Creates a mutex around `value`. It can be a `static`.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn new(value: T) -> Self {
            Self {
                semaphore: RawSemaphore::new(1, Resource::new("Mutex")),
                value: UnsafeCell::new(value),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn const_new(value: T) -> Self {
            Self::new(value)
        }
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock.
    ///
    /// # Cancel safety
    /// A call that is dropped loses its position in the queue. If it had been
    /// given the lock already, the next task gets it.
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        never_closed(&acquire!(self.semaphore, 1));
        MutexGuard::new(self)
    }

    /// Waits for the lock. The guard keeps the mutex alive and borrows nothing.
    ///
    /// # Cancel safety
    /// As [`lock`](Self::lock).
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        never_closed(&acquire!(self.semaphore, 1));
        OwnedMutexGuard::new(self)
    }

    /// Takes the lock if it is free and no task waits for it.
    ///
    /// # Errors
    /// If the lock is held, or a task waits for it.
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        self.try_acquire()?;
        Ok(MutexGuard::new(self))
    }

    /// As [`try_lock`](Self::try_lock), with a guard that borrows nothing.
    ///
    /// # Errors
    /// As [`try_lock`](Self::try_lock).
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        self.try_acquire()?;
        Ok(OwnedMutexGuard::new(self))
    }

    fn try_acquire(&self) -> Result<(), TryLockError> {
        self.semaphore.try_acquire(1).map_err(|_| TryLockError(()))
    }

    /// Blocks the thread until it has the lock. For threads that run no tasks.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        park_thread::block_on(self.lock())
    }

    /// As [`blocking_lock`](Self::blocking_lock), with a guard that borrows
    /// nothing.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        park_thread::block_on(self.lock_owned())
    }

    /// Returns the value without locking: `&mut self` proves that no guard
    /// exists.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for Mutex<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => out.field("data", &&*guard),
            Err(_) => out.field("data", &format_args!("<locked>")),
        };
        out.finish()
    }
}

/// The error of `try_lock`, `try_read` and `try_write`: the lock is held, or
/// other tasks wait for it.
#[derive(Debug, PartialEq, Eq)]
pub struct TryLockError(pub(super) ());

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lock could not be taken without waiting")
    }
}

impl Error for TryLockError {}
