//! The settings of the executors.

use crate::rng::{SeedGenerator, SeedGuard};
use std::sync::Arc;

/// What a [`Builder`](crate::runtime::Builder) sets in an executor.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Whether the ready tasks are ranked.
    pub(crate) ranked: bool,
    /// How many tasks a thread polls before it polls the driver.
    pub(crate) event_interval: u32,
    /// How many tasks a thread polls before it takes tasks from other threads. `None`:
    /// it takes them when it polls the driver.
    pub(crate) global_queue_interval: Option<u32>,
    /// Whether the task that was woken last runs next in a multi-thread runtime.
    pub(crate) has_lifo_slot: bool,
    /// Whether the runtime ends when a task panics.
    pub(crate) shuts_down_on_panic: bool,
    /// Seeds the random numbers of the runtime's threads.
    pub(crate) seeds: Option<Arc<SeedGenerator>>,
}

impl Settings {
    /// Seeds this thread, which begins to run the runtime, if the runtime has a seed.
    pub(super) fn seed_thread(&self) -> Option<SeedGuard> {
        self.seeds.as_ref().map(|seeds| seeds.seed_thread())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ranked: false,
            // Polling the driver costs a system call. The number is tokio's: it is large
            // enough for that cost, and as an odd prime it does not fall into step with
            // patterns in the load.
            event_interval: 61,
            global_queue_interval: None,
            has_lifo_slot: true,
            shuts_down_on_panic: false,
            seeds: None,
        }
    }
}
