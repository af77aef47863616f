//! [`RwLock`]: a value for many readers or one writer.

mod read_guards;
mod write_guards;

pub use read_guards::{OwnedRwLockReadGuard, RwLockReadGuard};
pub use write_guards::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLockMappedWriteGuard, RwLockWriteGuard,
};

use super::{
    guard::{Lock, never_closed},
    mutex::TryLockError,
    raw_semaphore::{RawSemaphore, acquire},
};
use crate::{executor::park_thread, taskdump::Resource};
use std::{
    // Not loom's, as in `mutex`.
    cell::UnsafeCell,
    fmt,
    sync::Arc,
};

/// How many readers a lock allows, unless it was made for fewer.
const MAX_READERS: u32 = u32::MAX >> 3;

/// A lock that many tasks can hold to read, or one to write, across an `await`.
///
/// Tasks get the lock in the order in which they asked for it. Readers that
/// come while a writer waits are queued after that writer, so neither writers
/// nor readers starve. A task that holds the lock to read and asks to read it
/// again can therefore deadlock with a waiting writer. Take it once.
///
/// A reader takes one permit, and a writer takes all of them. Locking and
/// unlocking take one atomic exchange each while no task waits.
///
/// ```
/// use wakeful::sync::RwLock;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let lock = RwLock::new(vec![1]);
///     {
///         let one = lock.read().await;
///         let other = lock.read().await;
///         assert_eq!(*one, *other);
///         assert!(lock.try_write().is_err());
///     }
///     lock.write().await.push(2);
///     assert_eq!(*lock.read().await, [1, 2]);
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Invariant **RW1**: a guard to read holds one permit and a guard to write
/// holds all of them. So a guard to write is the only guard.
pub struct RwLock<T: ?Sized> {
    semaphore: RawSemaphore,
    /// The number of permits that exist.
    all: usize,
    value: UnsafeCell<T>,
}

// SAFETY: the value moves with the lock.
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: RW1: readers on several threads share the value (`Sync`), and writers
// use it one after the other (`Send`).
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T: ?Sized> Lock for &RwLock<T> {
    fn semaphore(&self) -> &RawSemaphore {
        &self.semaphore
    }
}

impl<T: ?Sized> Lock for Arc<RwLock<T>> {
    fn semaphore(&self) -> &RawSemaphore {
        &self.semaphore
    }
}

impl<T> RwLock<T> {
    const_unless_loom! {
        /// Creates a lock around `value`. It can be a `static`.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn new(value: T) -> Self {
            Self::with_permits(value, MAX_READERS as usize)
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn const_new(value: T) -> Self {
            Self::new(value)
        }
    }

    const_unless_loom! {
        /// Creates a lock that at most `max_readers` tasks hold to read.
        ///
        /// # Panics
        /// If `max_readers` is 0 or above `u32::MAX >> 3`.
        #[track_caller]
        pub const fn with_max_readers(value: T, max_readers: u32) -> Self {
            assert!(
                0 < max_readers && max_readers <= MAX_READERS,
                "a lock has between 1 and u32::MAX >> 3 readers"
            );
            Self::with_permits(value, max_readers as usize)
        }
    }

    const_unless_loom! {
        /// The same as [`with_max_readers`](Self::with_max_readers), by tokio's
        /// name.
        ///
        /// # Panics
        /// If `max_readers` is 0 or above `u32::MAX >> 3`.
        #[track_caller]
        pub const fn const_with_max_readers(value: T, max_readers: u32) -> Self {
            Self::with_max_readers(value, max_readers)
        }
    }

    const_unless_loom! {
        #[track_caller]
        const fn with_permits(value: T, all: usize) -> Self {
            Self {
                semaphore: RawSemaphore::new(all, Resource::new("RwLock")),
                all,
                value: UnsafeCell::new(value),
            }
        }
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until it can read.
    ///
    /// # Cancel safety
    /// A call that is dropped loses its position in the queue. If it had been
    /// given the lock already, the lock is given back.
    pub async fn read(&self) -> RwLockReadGuard<'_, T> {
        never_closed(&acquire!(self.semaphore, 1));
        RwLockReadGuard::new(self)
    }

    /// Waits until it can write.
    ///
    /// # Cancel safety
    /// A call that is dropped loses its position in the queue. If it had been
    /// given the lock already, the next tasks get it.
    pub async fn write(&self) -> RwLockWriteGuard<'_, T> {
        never_closed(&acquire!(self.semaphore, self.all));
        RwLockWriteGuard::new(self)
    }

    /// Waits until it can read. The guard keeps the lock alive and borrows
    /// nothing.
    ///
    /// # Cancel safety
    /// As [`read`](Self::read).
    pub async fn read_owned(self: Arc<Self>) -> OwnedRwLockReadGuard<T> {
        never_closed(&acquire!(self.semaphore, 1));
        OwnedRwLockReadGuard::new(self)
    }

    /// Waits until it can write. The guard keeps the lock alive and borrows
    /// nothing.
    ///
    /// # Cancel safety
    /// As [`write`](Self::write).
    pub async fn write_owned(self: Arc<Self>) -> OwnedRwLockWriteGuard<T> {
        never_closed(&acquire!(self.semaphore, self.all));
        OwnedRwLockWriteGuard::new(self)
    }

    /// Takes the lock to read if no task writes or waits.
    ///
    /// # Errors
    /// If a task writes or waits, or if there are too many readers.
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.try_acquire(1)?;
        Ok(RwLockReadGuard::new(self))
    }

    /// Takes the lock to write if it is free and no task waits for it.
    ///
    /// # Errors
    /// If the lock is held, or a task waits for it.
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        self.try_acquire(self.all)?;
        Ok(RwLockWriteGuard::new(self))
    }

    /// As [`try_read`](Self::try_read), with a guard that borrows nothing.
    ///
    /// # Errors
    /// As [`try_read`](Self::try_read).
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.try_acquire(1)?;
        Ok(OwnedRwLockReadGuard::new(self))
    }

    /// As [`try_write`](Self::try_write), with a guard that borrows nothing.
    ///
    /// # Errors
    /// As [`try_write`](Self::try_write).
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        self.try_acquire(self.all)?;
        Ok(OwnedRwLockWriteGuard::new(self))
    }

    fn try_acquire(&self, permits: usize) -> Result<(), TryLockError> {
        let acquired = self.semaphore.try_acquire(permits);
        acquired.map_err(|_| TryLockError(()))
    }

    /// Blocks the thread until it can read. For threads that run no tasks.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        park_thread::block_on(self.read())
    }

    /// Blocks the thread until it can write. For threads that run no tasks.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        park_thread::block_on(self.write())
    }

    /// Returns the value without locking: `&mut self` proves that no guard
    /// exists.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for RwLock<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => out.field("data", &&*guard),
            Err(_) => out.field("data", &format_args!("<locked>")),
        };
        out.finish()
    }
}
