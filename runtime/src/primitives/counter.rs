//! A counter with one writer.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A counter that only one thread, its writer, writes. Every thread may read it.
///
/// With one writer, a load and a store lose nothing, and they cost less than a
/// read-modify-write. The writer may change to another thread if a lock or a join
/// orders the old writer's stores before the new writer's.
///
/// The orderings are Relaxed because a count publishes nothing else.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.store(self.get().wrapping_add(1), Relaxed);
    }

    /// A counter that is one part of a sum may wrap below zero.
    pub(crate) fn decrement(&self) {
        self.0.store(self.get().wrapping_sub(1), Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
