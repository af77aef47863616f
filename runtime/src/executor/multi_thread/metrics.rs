//! What the metrics of a runtime read from its executor.

use super::Shared;
use std::sync::atomic::Ordering::Relaxed;

impl Shared {
    pub(crate) fn workers(&self) -> usize {
        self.remotes.len()
    }

    /// The number of tasks that have not ended.
    pub(crate) fn alive_tasks(&self) -> usize {
        let counts = self.remotes.iter().map(|worker| worker.alive.get());
        let balance = counts.fold(0, u64::wrapping_add);
        // Relaxed: the count publishes nothing.
        let remote = self.spawned_remotely.load(Relaxed) as u64;
        // The workers are read one after the other. A task that begins on the first after
        // it was read, and ends on the last before, counts as minus one.
        let alive = remote.wrapping_add(balance).cast_signed().max(0);
        usize::try_from(alive).unwrap_or(usize::MAX)
    }

    pub(crate) fn global_queue_depth(&self) -> usize {
        self.injector.len()
    }

    pub(crate) fn local_queue_depth(&self, worker: usize) -> usize {
        let worker = &self.remotes[worker];
        worker.stealer.len() + worker.deferred.len()
    }

    pub(crate) fn park_count(&self, worker: usize) -> u64 {
        self.remotes[worker].parks.get()
    }
}
