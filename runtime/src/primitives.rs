//! The atomics, locks and cells that the runtime's protocols between threads
//! are built from: those of `std`, of loom when it checks a model
//! (`RUSTFLAGS="--cfg loom"`), or of shuttle when it runs random schedules
//! (`RUSTFLAGS="--cfg shuttle"`). The rest of the crate uses them through this module.

mod counter;
mod deadline;
mod now;
mod once_lock;
mod thread;
mod thread_local;

pub(crate) use counter::Counter;
#[cfg(all(test, loom))]
pub(crate) use deadline::let_one_wait_end;
pub(crate) use deadline::{Deadline, wait_timeout};
#[cfg(shuttle)]
pub(crate) use now::advance;
pub(crate) use now::now;
pub(crate) use once_lock::OnceLock;
#[cfg(all(test, loom))]
pub(crate) use thread::refuse_threads;
pub(crate) use thread::{ThreadBuilder, std_thread};
#[cfg(shuttle)]
pub(crate) use thread_local::LocalKey;
pub(crate) use thread_local::thread_local;

#[cfg(loom)]
pub(crate) use loom::{
    cell::UnsafeCell,
    sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize},
    sync::{Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard},
    thread::{Thread, current, park, yield_now},
};

#[cfg(shuttle)]
pub(crate) use shuttle::{
    sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize},
    sync::{Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard},
    thread::{Thread, current, park, yield_now},
};

#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::{
    sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize},
    sync::{Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard},
    thread::{Thread, current, park, yield_now},
};

#[cfg(not(loom))]
pub(crate) use plain::UnsafeCell;

#[cfg(not(loom))]
mod plain {
    /// `std`'s cell with loom's way in: a closure, so that loom can see when
    /// an access begins and when it ends.
    #[derive(Debug)]
    #[repr(transparent)]
    pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }

        pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
            read(self.0.get())
        }

        pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
            write(self.0.get())
        }
    }
}

use std::sync::{PoisonError, TryLockError};

/// Locks, and ignores poison. No user code runs under a lock of the runtime, so no
/// panic can leave the data of the lock half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks, unless another thread holds the lock. Ignores poison, as [`lock`] does.
pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
