//! [`Mutex`]: a value for one task at a time.

use super::permits::Permits;
use crate::{executor::park_thread, trace::Label};
use std::{
    // Not loom's: a guard lends the value for longer than a closure. The models
    // put loom's cell inside.
    cell::UnsafeCell,
    error::Error,
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// A lock that can be held across an `await`: who wants it waits for its turn
/// as a task, first come first served.
///
/// Where the lock is not held across an `await`, `std::sync::Mutex` does, and
/// is cheaper. A task that panics while it holds the lock frees it; there is
/// no poisoning. Locking and unlocking take one atomic exchange each while
/// nobody waits.
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
pub struct Mutex<T: ?Sized> {
    permits: Permits,
    value: UnsafeCell<T>,
}

// SAFETY: the value goes from thread to thread, to one at a time.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    const_unless_loom! {
        /// A lock around `value`. It can be a `static`.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn new(value: T) -> Self {
            Self {
                permits: Permits::new(1, Label::new("Mutex")),
                value: UnsafeCell::new(value),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn const_new(value: T) -> Self {
            Self::new(value)
        }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock.
    ///
    /// # Cancel safety
    /// Dropped, it gives its place in the queue up, and a lock that it had
    /// been handed to the next.
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        self.acquire().await;
        MutexGuard::new(self)
    }

    /// As [`lock`](Self::lock), with a guard that borrows nothing.
    ///
    /// # Cancel safety
    /// As [`lock`](Self::lock).
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        self.acquire().await;
        OwnedMutexGuard::new(self)
    }

    async fn acquire(&self) {
        let acquired = self.permits.acquire(1).await;
        debug_assert!(acquired.is_ok(), "nobody closes a mutex");
    }

    /// Takes the lock if it is free and nobody waits for it.
    ///
    /// # Errors
    /// If that is not so.
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
        self.permits.try_acquire(1).map_err(|_| TryLockError(()))
    }

    /// Waits for the lock on a thread that runs no tasks.
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

    /// The value, which nobody else can get at meanwhile.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for Mutex<T> {
    #[cfg_attr(feature = "trace", track_caller)]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[cfg_attr(feature = "trace", track_caller)]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => out.field("value", &&*guard),
            Err(_) => out.field("value", &format_args!("<locked>")),
        };
        out.finish()
    }
}

guard! {
    /// A held [`Mutex`], free again when this is dropped.
    ///
    /// ```compile_fail,E0277
    /// // A guard lends what is not `Sync` to one thread only.
    /// fn shared<T: Sync>(_: T) {}
    /// let mutex = wakeful::sync::Mutex::new(std::cell::Cell::new(0));
    /// shared(mutex.try_lock().unwrap());
    /// ```
    MutexGuard<'a, T> { lock: &'a Mutex<T>, marker: &'a mut T }
    |_lock| 1
}
guard_mut!(MutexGuard<'a, T>);

guard! {
    /// A held [`Mutex`] that it keeps alive, free again when this is dropped.
    OwnedMutexGuard<T> { lock: Arc<Mutex<T>>, marker: T }
    |_lock| 1
}
guard_mut!(OwnedMutexGuard<T>);

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The lock that it holds.
    pub fn mutex(guard: &Self) -> &'a Mutex<T> {
        guard.lock
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// The lock that it holds.
    pub fn mutex(guard: &Self) -> &Arc<Mutex<T>> {
        &guard.lock
    }
}

/// The lock is held, or others wait for it.
#[derive(Debug, PartialEq, Eq)]
pub struct TryLockError(pub(super) ());

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lock could not be taken without waiting")
    }
}

impl Error for TryLockError {}
