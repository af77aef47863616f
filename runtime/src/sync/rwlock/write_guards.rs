//! The guards of a [`RwLock`] that is held to write.

use super::{OwnedRwLockReadGuard, RwLock, RwLockReadGuard};
use crate::sync::{
    guard::{AllPermits, Exclusive, HeldPermits},
    raw_semaphore::RawSemaphore,
};
use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

guard! {
    /// An [`RwLock`] that is held to write.
    RwLockWriteGuard<'a, T> { lock: &'a RwLock<T>, permits: AllPermits, value: Exclusive<T> }
}
guard_mut!(RwLockWriteGuard<'a, T> => T);

guard! {
    /// An [`RwLock`] that is held to write and that the guard keeps alive.
    OwnedRwLockWriteGuard<T> { lock: Arc<RwLock<T>>, permits: AllPermits, value: Exclusive<T> }
}
guard_mut!(OwnedRwLockWriteGuard<T> => T);

guard! {
    /// An [`RwLock`] that is held to write, with access to a part of its
    /// value: see [`RwLockWriteGuard::map`].
    RwLockMappedWriteGuard<'a, U> { lock: &'a RawSemaphore, permits: AllPermits, value: Exclusive<U> }
}
guard_mut!(RwLockMappedWriteGuard<'a, U> => U);

guard! {
    /// An [`RwLock`] that is held to write and that the guard keeps alive, with
    /// access to a part of its value: see [`OwnedRwLockWriteGuard::map`].
    OwnedRwLockMappedWriteGuard<T, U = T> { lock: Arc<RwLock<T>>, permits: AllPermits, value: Exclusive<U> }
}
guard_mut!(OwnedRwLockMappedWriteGuard<T, U> => U);

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// The caller holds all permits.
    pub(super) fn new(lock: &'a RwLock<T>) -> Self {
        let held = HeldPermits::new(lock, AllPermits(lock.all));
        // SAFETY: G2: `held` has all permits (RW1), and stays in this guard or
        // in the one that is made of it.
        let value = unsafe { Exclusive::new(&lock.value) };
        Self { value, held }
    }

    /// Makes a guard for a part of the value. The lock stays held to write.
    ///
    /// This is a function and not a method, so that it hides no method of `T`:
    /// call it as `RwLockWriteGuard::map(guard, …)`.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    ///
    /// ```
    /// use wakeful::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new((1, "one"));
    /// let guard = lock.try_write().expect("it is free");
    /// let mut number = RwLockWriteGuard::map(guard, |pair| &mut pair.0);
    /// *number = 2;
    /// drop(number);
    /// assert_eq!(*lock.try_read().expect("it is free"), (2, "one"));
    /// ```
    pub fn map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> RwLockMappedWriteGuard<'a, U> {
        let Self { value, held } = this;
        let value = value.map(part);
        let held = held.erase(|lock| &lock.semaphore);
        RwLockMappedWriteGuard { value, held }
    }

    /// Makes a guard for a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn try_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<RwLockMappedWriteGuard<'a, U>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => {
                let held = held.erase(|lock| &lock.semaphore);
                Ok(RwLockMappedWriteGuard { value, held })
            }
            Err(value) => Err(Self { value, held }),
        }
    }

    /// Makes a guard for the whole value of the type that a guard for a part
    /// has.
    pub fn into_mapped(this: Self) -> RwLockMappedWriteGuard<'a, T> {
        Self::map(this, |value| value)
    }

    /// Continues as a reader. No other writer gets the lock in between.
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        Self::downgrade_map(self, |value| value)
    }

    /// Continues as a reader of a part of the value. No other writer gets the
    /// lock in between.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    ///
    /// ```
    /// use wakeful::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(vec![1]);
    /// let mut guard = lock.try_write().expect("it is free");
    /// guard.push(2);
    /// let last = RwLockWriteGuard::downgrade_map(guard, |numbers| &numbers[1]);
    /// assert_eq!(*last, 2);
    /// assert!(lock.try_read().is_ok());
    /// assert!(lock.try_write().is_err());
    /// ```
    pub fn downgrade_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&T) -> &U,
    ) -> RwLockReadGuard<'a, U> {
        let Self { value, held } = this;
        let value = value.downgrade().map(part);
        let held = held.erase(|lock| &lock.semaphore);
        RwLockReadGuard::downgraded(held.downgrade(), value)
    }

    /// Continues as a reader of a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard, which still writes, if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn try_downgrade_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<RwLockReadGuard<'a, U>, Self> {
        let Self { value, held } = this;
        match value.try_downgrade(part) {
            Ok(value) => {
                let held = held.erase(|lock| &lock.semaphore);
                Ok(RwLockReadGuard::downgraded(held.downgrade(), value))
            }
            Err(value) => Err(Self { value, held }),
        }
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// The caller holds all permits.
    pub(super) fn new(lock: Arc<RwLock<T>>) -> Self {
        // SAFETY: G2: `held` has all permits (RW1) and keeps the lock alive. It
        // stays in this guard or in the one that is made of it.
        let value = unsafe { Exclusive::new(&lock.value) };
        let all = lock.all;
        let held = HeldPermits::new(lock, AllPermits(all));
        Self { value, held }
    }

    /// Returns the lock that the guard holds.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.held.lock()
    }

    /// Makes a guard for a part of the value. The lock stays held to write.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> OwnedRwLockMappedWriteGuard<T, U> {
        let Self { value, held } = this;
        let value = value.map(part);
        OwnedRwLockMappedWriteGuard { value, held }
    }

    /// Makes a guard for a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn try_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<OwnedRwLockMappedWriteGuard<T, U>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(OwnedRwLockMappedWriteGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }

    /// Makes a guard for the whole value of the type that a guard for a part
    /// has.
    pub fn into_mapped(this: Self) -> OwnedRwLockMappedWriteGuard<T> {
        Self::map(this, |value| value)
    }

    /// Continues as a reader. No other writer gets the lock in between.
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        Self::downgrade_map(self, |value| value)
    }

    /// Continues as a reader of a part of the value. No other writer gets the
    /// lock in between.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn downgrade_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&T) -> &U,
    ) -> OwnedRwLockReadGuard<T, U> {
        let Self { value, held } = this;
        let value = value.downgrade().map(part);
        OwnedRwLockReadGuard::downgraded(held.downgrade(), value)
    }

    /// Continues as a reader of a part of the value, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard, which still writes, if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn try_downgrade_map<U: ?Sized>(
        this: Self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<OwnedRwLockReadGuard<T, U>, Self> {
        let Self { value, held } = this;
        match value.try_downgrade(part) {
            Ok(value) => Ok(OwnedRwLockReadGuard::downgraded(held.downgrade(), value)),
            Err(value) => Err(Self { value, held }),
        }
    }
}

impl<'a, U: ?Sized> RwLockMappedWriteGuard<'a, U> {
    /// Makes a guard for a part of this part. The lock stays held to write.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> &mut V,
    ) -> RwLockMappedWriteGuard<'a, V> {
        let Self { value, held } = this;
        let value = value.map(part);
        RwLockMappedWriteGuard { value, held }
    }

    /// Makes a guard for a part of this part, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn try_map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<RwLockMappedWriteGuard<'a, V>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(RwLockMappedWriteGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockMappedWriteGuard<T, U> {
    /// Returns the lock that the guard holds.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.held.lock()
    }

    /// Makes a guard for a part of this part. The lock stays held to write.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> &mut V,
    ) -> OwnedRwLockMappedWriteGuard<T, V> {
        let Self { value, held } = this;
        let value = value.map(part);
        OwnedRwLockMappedWriteGuard { value, held }
    }

    /// Makes a guard for a part of this part, if `part` finds one.
    ///
    /// # Errors
    /// Returns the guard if `part` returns `None`.
    ///
    /// # Panics
    /// If `part` panics. The lock is free then.
    pub fn try_map<V: ?Sized>(
        this: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<OwnedRwLockMappedWriteGuard<T, V>, Self> {
        let Self { value, held } = this;
        match value.try_map(part) {
            Ok(value) => Ok(OwnedRwLockMappedWriteGuard { value, held }),
            Err(value) => Err(Self { value, held }),
        }
    }
}
