//! The guards of a [`RwLock`] that is held to read.

use super::RwLock;
use crate::sync::{
    guard::{HeldPermits, OnePermit, Shared},
    raw_semaphore::RawSemaphore,
};
use std::{fmt, ops::Deref, sync::Arc};

guard! {
    /// An [`RwLock`] that is held to read, with access to its value or to a
    /// part of it.
    RwLockReadGuard<'a, T> { lock: &'a RawSemaphore, permits: OnePermit, value: Shared<T> }
}

guard! {
    /// An [`RwLock`] that is held to read and that the guard keeps alive, with
    /// access to its value or to a part of it.
    OwnedRwLockReadGuard<T, U = T> { lock: Arc<RwLock<T>>, permits: OnePermit, value: Shared<U> }
}

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    /// The caller holds one permit.
    pub(super) fn new(lock: &'a RwLock<T>) -> Self {
        let held = HeldPermits::new(&lock.semaphore, OnePermit);
        // SAFETY: G1: `held` has a permit (RW1), and stays in this guard or in
        // the one that `map` makes of it.
        let value = unsafe { Shared::new(&lock.value) };
        Self { value, held }
    }

    /// The permits and the value of a writer that has become a reader.
    pub(super) fn downgraded(
        held: HeldPermits<&'a RawSemaphore, OnePermit>,
        value: Shared<T>,
    ) -> Self {
        Self { value, held }
    }

    /// Makes a guard for a part of the value. The lock stays held.
    ///
    /// This is a function and not a method, so that it hides no method of `T`:
    /// call it as `RwLockReadGuard::map(guard, …)`.
    ///
    /// # Panics
    /// If `part` panics. The lock is given back then.
    ///
    /// ```
    /// use wakeful::sync::{RwLock, RwLockReadGuard};
    ///
    /// let lock = RwLock::new((1, "one"));
    /// let guard = lock.try_read().expect("it is free");
    /// let name = RwLockReadGuard::map(guard, |pair| &pair.1);
    /// assert_eq!(*name, "one");
    /// assert!(lock.try_write().is_err());
    /// ```
    pub fn map<U: ?Sized>(this: Self, part: impl FnOnce(&T) -> &U) -> RwLockReadGuard<'a, U> {
        let Self { value, held } = this;
        let value = value.map(part);
        RwLockReadGuard { value, held }
    }

    /// Makes a guard for a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is given back then.
    pub fn try_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<RwLockReadGuard<'a, U>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(RwLockReadGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}

impl<T: ?Sized> OwnedRwLockReadGuard<T> {
    /// The caller holds one permit.
    pub(super) fn new(lock: Arc<RwLock<T>>) -> Self {
        // SAFETY: G1: `held` has a permit (RW1) and keeps the lock alive. It
        // stays in this guard or in the one that `map` makes of it.
        let value = unsafe { Shared::new(&lock.value) };
        let held = HeldPermits::new(lock, OnePermit);
        Self { value, held }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockReadGuard<T, U> {
    /// The permits and the value of a writer that has become a reader.
    pub(super) fn downgraded(
        held: HeldPermits<Arc<RwLock<T>>, OnePermit>,
        value: Shared<U>,
    ) -> Self {
        Self { value, held }
    }

    /// Returns the lock that the guard holds.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.held.lock()
    }

    /// Makes a guard for a part of the value. The lock stays held.
    ///
    /// # Panics
    /// If `part` panics. The lock is given back then.
    pub fn map<V: ?Sized>(this: Self, part: impl FnOnce(&U) -> &V) -> OwnedRwLockReadGuard<T, V> {
        let Self { value, held } = this;
        let value = value.map(part);
        OwnedRwLockReadGuard { value, held }
    }

    /// Makes a guard for a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is given back then.
    pub fn try_map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&U) -> Option<&V>,
    ) -> Result<OwnedRwLockReadGuard<T, V>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(OwnedRwLockReadGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}
