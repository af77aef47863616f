//! [`RwLock`]: a value for many readers or one writer.

use super::{mutex::TryLockError, permits::Permits};
use crate::{executor::park_thread, trace::Label};
use std::{
    // Not loom's, as in `mutex`.
    cell::UnsafeCell,
    fmt,
    marker::PhantomData,
    mem,
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// The readers that there can be at once, unless one asks for less.
const MAX_READERS: usize = u32::MAX as usize >> 3;

/// A lock that many can hold to read, or one to write, across an `await`.
///
/// First come first served: readers that come while a writer waits stand
/// behind it, so writers are not starved, and neither are readers. A task that
/// holds the lock to read and waits to read once more can therefore wait for a
/// writer that waits for it: take it once.
///
/// Inside, reading takes one permit and writing all of them.
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
pub struct RwLock<T: ?Sized> {
    permits: Permits,
    /// As many permits as there are.
    all: usize,
    value: UnsafeCell<T>,
}

// SAFETY: the value goes from thread to thread.
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: it is lent to several threads at once, to read, and goes from thread
// to thread, to write.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    const_unless_loom! {
        /// A lock around `value`. It can be a `static`.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn new(value: T) -> Self {
            Self {
                permits: Permits::new(MAX_READERS, Label::new("RwLock")),
                all: MAX_READERS,
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

    /// A lock around `value` that at most so many hold to read.
    ///
    /// # Panics
    /// If that is 0, or more than `u32::MAX >> 3`.
    #[track_caller]
    pub fn with_max_readers(value: T, readers: u32) -> Self {
        let all = readers as usize;
        assert!(
            (1..=MAX_READERS).contains(&all),
            "a lock has between 1 and u32::MAX >> 3 readers"
        );
        Self {
            permits: Permits::new(all, Label::new("RwLock")),
            all,
            value: UnsafeCell::new(value),
        }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until it can read.
    ///
    /// # Cancel safety
    /// Dropped, it gives its place in the queue up, and a lock that it had
    /// been handed back.
    pub async fn read(&self) -> RwLockReadGuard<'_, T> {
        self.acquire(1).await;
        RwLockReadGuard::new(self)
    }

    /// Waits until it can write.
    ///
    /// # Cancel safety
    /// Dropped, it gives its place in the queue up, and a lock that it had
    /// been handed to those behind it.
    pub async fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.acquire(self.all).await;
        RwLockWriteGuard::new(self)
    }

    /// As [`read`](Self::read), with a guard that borrows nothing.
    ///
    /// # Cancel safety
    /// As [`read`](Self::read).
    pub async fn read_owned(self: Arc<Self>) -> OwnedRwLockReadGuard<T> {
        self.acquire(1).await;
        OwnedRwLockReadGuard::new(self)
    }

    /// As [`write`](Self::write), with a guard that borrows nothing.
    ///
    /// # Cancel safety
    /// As [`write`](Self::write).
    pub async fn write_owned(self: Arc<Self>) -> OwnedRwLockWriteGuard<T> {
        self.acquire(self.all).await;
        OwnedRwLockWriteGuard::new(self)
    }

    async fn acquire(&self, permits: usize) {
        let acquired = self.permits.acquire(permits).await;
        debug_assert!(acquired.is_ok(), "nobody closes a lock");
    }

    /// Takes the lock to read if nobody writes or waits.
    ///
    /// # Errors
    /// If that is not so.
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.try_acquire(1)?;
        Ok(RwLockReadGuard::new(self))
    }

    /// Takes the lock to write if nobody has it.
    ///
    /// # Errors
    /// If that is not so.
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
        let acquired = self.permits.try_acquire(permits);
        acquired.map_err(|_| TryLockError(()))
    }

    /// Waits to read on a thread that runs no tasks.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        park_thread::block_on(self.read())
    }

    /// Waits to write on a thread that runs no tasks.
    ///
    /// # Panics
    /// Inside a runtime.
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        park_thread::block_on(self.write())
    }

    /// The value, which nobody else can get at meanwhile.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for RwLock<T> {
    #[cfg_attr(feature = "trace", track_caller)]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[cfg_attr(feature = "trace", track_caller)]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => out.field("value", &&*guard),
            Err(_) => out.field("value", &format_args!("<locked>")),
        };
        out.finish()
    }
}

guard! {
    /// An [`RwLock`] held to read.
    RwLockReadGuard<'a, T> { lock: &'a RwLock<T>, marker: &'a T }
    |_lock| 1
}

guard! {
    /// An [`RwLock`] held to write.
    RwLockWriteGuard<'a, T> { lock: &'a RwLock<T>, marker: &'a mut T }
    |lock| lock.all
}
guard_mut!(RwLockWriteGuard<'a, T>);

guard! {
    /// An [`RwLock`] held to read, and kept alive.
    OwnedRwLockReadGuard<T> { lock: Arc<RwLock<T>>, marker: T }
    |_lock| 1
}

guard! {
    /// An [`RwLock`] held to write, and kept alive.
    OwnedRwLockWriteGuard<T> { lock: Arc<RwLock<T>>, marker: T }
    |lock| lock.all
}
guard_mut!(OwnedRwLockWriteGuard<T>);

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Goes on reading, without letting another writer in between.
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        let lock = self.lock;
        // One permit is the reader's now.
        mem::forget(self);
        lock.permits.release(lock.all - 1);
        RwLockReadGuard::new(lock)
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// Goes on reading, without letting another writer in between.
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        let reader = OwnedRwLockReadGuard::new(Arc::clone(&self.lock));
        // One permit is the reader's now; of this guard only its share of the
        // lock is left to be dropped.
        let this = mem::ManuallyDrop::new(self);
        reader.lock.permits.release(reader.lock.all - 1);
        // SAFETY: read once; `this` is never dropped.
        drop(unsafe { std::ptr::read(&raw const this.lock) });
        reader
    }
}
