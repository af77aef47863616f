// ANCHOR: primitives
//! Threads and atomics: the standard library's, or loom's, by which every order in
//! which threads can meet is tried.

#[cfg(feature = "loom")]
pub(crate) use loom::{
    cell::UnsafeCell,
    sync::atomic::{AtomicBool, AtomicUsize},
    thread,
};

#[cfg(not(feature = "loom"))]
pub(crate) use std::{
    sync::atomic::{AtomicBool, AtomicUsize},
    thread,
};

#[cfg(not(feature = "loom"))]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

/// With loom's way in: a closure, so that it sees an access begin and end.
#[cfg(not(feature = "loom"))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> UnsafeCell<T> {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn with_mut<R>(&self, what: impl FnOnce(*mut T) -> R) -> R {
        what(self.0.get())
    }
}
// ANCHOR_END: primitives
