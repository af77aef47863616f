//! The parts that the guards of [`Mutex`](super::Mutex) and
//! [`RwLock`](super::RwLock) are made of.
//!
//! A guard is a [`HeldPermits`], which gives the lock back when it is dropped, and a
//! pointer to the value or, after `map`, to a part of it: a [`Shared`] or an
//! [`Exclusive`]. A guard has no destructor of its own, so its parts can move
//! into another guard. The `unsafe` code is all in the two pointers.

use super::raw_semaphore::{AcquireError, RawSemaphore};
use std::{cell::UnsafeCell, mem::ManuallyDrop};

/// A handle to a lock: a reference or an `Arc`.
pub(super) trait Lock {
    fn semaphore(&self) -> &RawSemaphore;
}

impl Lock for &RawSemaphore {
    fn semaphore(&self) -> &RawSemaphore {
        self
    }
}

/// Acquiring the permits of a lock cannot fail, because a lock never closes them.
pub(super) fn never_closed(acquired: &Result<(), AcquireError>) {
    debug_assert!(acquired.is_ok(), "a lock is never closed");
}

/// How many permits a guard holds.
pub(super) trait PermitCount: Copy {
    fn get(self) -> usize;
}

/// One permit: a reader, or the holder of a mutex. The compiler knows the
/// number, which makes giving it back cheaper.
#[derive(Clone, Copy)]
pub(super) struct OnePermit;

/// All permits of the lock: a writer.
#[derive(Clone, Copy)]
pub(super) struct AllPermits(pub(super) usize);

impl PermitCount for OnePermit {
    fn get(self) -> usize {
        1
    }
}

impl PermitCount for AllPermits {
    fn get(self) -> usize {
        self.0
    }
}

/// Permits of a lock that a guard holds, given back on drop.
pub(super) struct HeldPermits<L: Lock, C: PermitCount> {
    lock: L,
    count: C,
}

impl<L: Lock, C: PermitCount> HeldPermits<L, C> {
    /// The caller has acquired the permits.
    pub(super) fn new(lock: L, count: C) -> Self {
        Self { lock, count }
    }

    pub(super) fn lock(&self) -> &L {
        &self.lock
    }
}

impl<L: Lock + Clone> HeldPermits<L, AllPermits> {
    /// Gives all permits but one back, so a writer becomes a reader.
    pub(super) fn downgrade(mut self) -> HeldPermits<L, OnePermit> {
        let one = HeldPermits::new(self.lock.clone(), OnePermit);
        self.count = AllPermits(self.count.0 - 1);
        one
    }
}

impl<'a, L: ?Sized, C: PermitCount> HeldPermits<&'a L, C>
where
    &'a L: Lock,
{
    /// Forgets the type of the lock, and with it the type of its whole value.
    pub(super) fn erase(
        self,
        semaphore: impl FnOnce(&'a L) -> &'a RawSemaphore,
    ) -> HeldPermits<&'a RawSemaphore, C> {
        let this = ManuallyDrop::new(self);
        HeldPermits::new(semaphore(this.lock), this.count)
    }
}

impl<L: Lock, C: PermitCount> Drop for HeldPermits<L, C> {
    fn drop(&mut self) {
        self.lock.semaphore().release(self.count.get());
    }
}

/// What a guard of a reader points to. Like `&T`, but without a lifetime, so
/// that a guard can own the lock.
///
/// Invariant **G1**: while it exists, its guard holds a permit of the lock that
/// the value is in. So the value is alive and no writer has a guard.
pub(super) struct Shared<T: ?Sized>(*const T);

/// What the only guard of a lock points to. Like `&mut T`, but without a
/// lifetime.
///
/// Invariant **G2**: while it exists, its guard holds all permits of the lock
/// that the value is in. So the value is alive and no other guard exists.
pub(super) struct Exclusive<T: ?Sized>(*mut T);

// SAFETY: G1: it gives `&T` and nothing else.
unsafe impl<T: ?Sized + Sync> Send for Shared<T> {}
// SAFETY: G1: it gives `&T` and nothing else.
unsafe impl<T: ?Sized + Sync> Sync for Shared<T> {}
// SAFETY: G2: it gives what `&mut T` gives.
unsafe impl<T: ?Sized + Send> Send for Exclusive<T> {}
// SAFETY: G2: a shared one gives `&T` and nothing else.
unsafe impl<T: ?Sized + Sync> Sync for Exclusive<T> {}

impl<T: ?Sized> Shared<T> {
    /// # Safety
    /// The caller holds a permit of the lock, keeps it as long as the pointer
    /// exists (G1), and keeps the lock alive.
    pub(super) unsafe fn new(value: &UnsafeCell<T>) -> Self {
        Self(value.get())
    }

    pub(super) fn get(&self) -> &T {
        // SAFETY: G1.
        unsafe { &*self.0 }
    }

    pub(super) fn map<U: ?Sized>(self, part: impl FnOnce(&T) -> &U) -> Shared<U> {
        Shared(part(self.get()))
    }

    pub(super) fn try_map<U: ?Sized>(
        self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<Shared<U>, Self> {
        match part(self.get()) {
            Some(part) => Ok(Shared(part)),
            None => Err(self),
        }
    }
}

impl<T: ?Sized> Exclusive<T> {
    /// # Safety
    /// The caller holds all permits of the lock, keeps them as long as the
    /// pointer exists (G2), and keeps the lock alive.
    pub(super) unsafe fn new(value: &UnsafeCell<T>) -> Self {
        Self(value.get())
    }

    pub(super) fn get(&self) -> &T {
        // SAFETY: G2. A `&mut` from `get_mut` would borrow `self`.
        unsafe { &*self.0 }
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        // SAFETY: G2, and `&mut self`.
        unsafe { &mut *self.0 }
    }

    pub(super) fn map<U: ?Sized>(mut self, part: impl FnOnce(&mut T) -> &mut U) -> Exclusive<U> {
        Exclusive(part(self.get_mut()))
    }

    pub(super) fn try_map<U: ?Sized>(
        mut self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<Exclusive<U>, Self> {
        match part(self.get_mut()) {
            Some(part) => Ok(Exclusive(part)),
            None => Err(self),
        }
    }

    /// The value, as a reader sees it. The caller keeps a permit (G1).
    pub(super) fn downgrade(self) -> Shared<T> {
        Shared(self.0)
    }

    /// A part of the value, as a reader sees it, if `part` finds one. The
    /// caller keeps a permit (G1).
    pub(super) fn try_downgrade<U: ?Sized>(
        self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<Shared<U>, Self> {
        match part(self.get()) {
            Some(part) => Ok(Shared(part)),
            None => Err(self),
        }
    }
}

/// Defines a guard by the handle that it has to its lock and by the pointer
/// that it has to the value.
macro_rules! guard {
    (
        $(#[$meta:meta])*
        $Guard:ident<$($a:lifetime,)? $($T:ident $(= $Default:ident)?),+> {
            lock: $Lock:ty, permits: $Count:ident, value: $Pointer:ident<$Value:ident>
        }
    ) => {
        $(#[$meta])*
        #[must_use = "the lock is free again as soon as the guard is dropped"]
        pub struct $Guard<$($a,)? $($T: ?Sized $(= $Default)?),+> {
            // Dropped first, while the lock is alive.
            value: $Pointer<$Value>,
            held: HeldPermits<$Lock, $Count>,
        }

        impl<$($a,)? $($T: ?Sized),+> Deref for $Guard<$($a,)? $($T),+> {
            type Target = $Value;

            fn deref(&self) -> &$Value {
                self.value.get()
            }
        }

        impl<$($a,)? $($T: ?Sized),+> fmt::Debug for $Guard<$($a,)? $($T),+>
        where
            $Value: fmt::Debug,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($a,)? $($T: ?Sized),+> fmt::Display for $Guard<$($a,)? $($T),+>
        where
            $Value: fmt::Display,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

/// Lets a guard with an [`Exclusive`] pointer change the value.
macro_rules! guard_mut {
    ($Guard:ident<$($a:lifetime,)? $($T:ident),+> => $Value:ident) => {
        impl<$($a,)? $($T: ?Sized),+> DerefMut for $Guard<$($a,)? $($T),+> {
            fn deref_mut(&mut self) -> &mut $Value {
                self.value.get_mut()
            }
        }
    };
}
