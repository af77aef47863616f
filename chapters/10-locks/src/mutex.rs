// ANCHOR: head
//! A lock that a task may hold across an await.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};

use channels::{Semaphore, SemaphorePermit};
// ANCHOR_END: head

// ANCHOR: mutex
/// A lock for tasks: a value, and one permit to use it.
///
/// M1: only the owner of the permit uses the value.
pub struct Mutex<T> {
    permit: Semaphore,
    value: UnsafeCell<T>,
}

// SAFETY: M1. The threads that share the mutex use the value one after the other, and
// the value may move between them.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// Waits until no other task has the lock. Tasks get it in the order of their first
    /// polls.
    ///
    /// Cancel safe. The task then loses its place in the list.
    pub async fn lock(&self) -> Guard<'_, T> {
        let permit = self.permit.acquire().await.expect("it is never closed");
        Guard { value: &self.value, _permit: permit }
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        let permit = self.permit.try_acquire()?;
        Some(Guard { value: &self.value, _permit: permit })
    }
}
// ANCHOR_END: mutex

// ANCHOR: guard
/// The lock, until this is dropped.
pub struct Guard<'m, T> {
    value: &'m UnsafeCell<T>,
    _permit: SemaphorePermit<'m>,
}

// SAFETY: a shared guard lends only a `&T`, so `T: Sync` is enough.
unsafe impl<T: Sync> Sync for Guard<'_, T> {}
// SAFETY: M1. The guard is the only way to the value, so it moves the value with it.
unsafe impl<T: Send> Send for Guard<'_, T> {}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: M1. This guard owns the permit.
        unsafe { &*self.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: M1. This guard owns the permit, and it is borrowed mutably.
        unsafe { &mut *self.value.get() }
    }
}
// ANCHOR_END: guard

// ANCHOR: rest
impl<T> Mutex<T> {
    /// A mutex that is not locked.
    pub fn new(value: T) -> Mutex<T> {
        Mutex { permit: Semaphore::new(1), value: UnsafeCell::new(value) }
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}
// ANCHOR_END: rest
