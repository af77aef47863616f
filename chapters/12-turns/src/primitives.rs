// ANCHOR: primitives
//! The locks and threads of the pool: those of `std`, or loom's in a model.

#[cfg(not(feature = "loom"))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{self, JoinHandle},
};

#[cfg(feature = "loom")]
pub(crate) use loom::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{self, JoinHandle},
};
// ANCHOR_END: primitives
