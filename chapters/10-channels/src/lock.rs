// ANCHOR: lock
//! The lock under everything in this crate: the one of `std`, or loom's in a model.

use std::sync::PoisonError;

#[cfg(feature = "loom")]
use loom::sync as threads;
#[cfg(not(feature = "loom"))]
use std::sync as threads;

/// A lock that ignores panics. No code of this crate leaves a state half changed.
#[derive(Default)]
pub(crate) struct Lock<T>(threads::Mutex<T>);

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Lock<T> {
        Lock(threads::Mutex::new(value))
    }

    /// Waits for other threads, but never for long: no holder runs foreign code.
    pub(crate) fn lock(&self) -> threads::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: lock
