//! How many tasks there are, counted by each worker for itself.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The tasks that a worker has spawned, less those that have ended on it. Below
/// zero (it wraps) where tasks that others spawned come to end; the sum over
/// all workers is what there is.
#[derive(Default)]
pub(super) struct Balance(AtomicUsize);

// Ordering: Relaxed everywhere; a figure that orders nothing. Only its worker
// writes it, so a load and a store do in the place of a read-modify-write.
impl Balance {
    pub(super) fn spawned(&self) {
        self.0.store(self.get().wrapping_add(1), Relaxed);
    }

    pub(super) fn ended(&self) {
        self.0.store(self.get().wrapping_sub(1), Relaxed);
    }

    pub(super) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }
}
