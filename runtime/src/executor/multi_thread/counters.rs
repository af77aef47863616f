//! What each worker counts, for itself.

use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{self, Relaxed},
};

/// Figures that order nothing. Only its worker writes one, so a load and a
/// store do in the place of a read-modify-write.
const ORDERING: Ordering = Relaxed;

/// The tasks that a worker has spawned, less those that have ended on it. Below
/// zero (it wraps) where tasks that others spawned come to end; the sum over
/// all workers is what there is.
#[derive(Default)]
pub(super) struct Balance(AtomicUsize);

impl Balance {
    pub(super) fn spawned(&self) {
        self.0.store(self.get().wrapping_add(1), ORDERING);
    }

    pub(super) fn ended(&self) {
        self.0.store(self.get().wrapping_sub(1), ORDERING);
    }

    pub(super) fn get(&self) -> usize {
        self.0.load(ORDERING)
    }
}

/// How often a worker has slept.
#[derive(Default)]
pub(super) struct Parks(AtomicU64);

impl Parks {
    pub(super) fn count(&self) {
        self.0.store(self.get() + 1, ORDERING);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(ORDERING)
    }
}
