//! What the inspector shows of a task beside its id and state: where and when it
//! was spawned, how often it was polled, and what it waits for. Without the feature
//! `taskdump`, [`TaskStats`] has no fields and costs nothing.

use super::Record;
use std::{
    panic::Location,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

pub(crate) struct TaskStats {
    pub(crate) location: &'static Location<'static>,
    /// The time of the spawn on the runtime's clock, in nanoseconds.
    pub(crate) created_at: u64,
    polls: AtomicU64,
    /// The waits of the task, if its runtime has task dumps.
    pub(crate) record: Record,
    #[cfg(feature = "tracing")]
    pub(crate) span: super::SpanSlot,
}

impl TaskStats {
    pub(crate) fn new(location: &'static Location<'static>, created_at: u64) -> Self {
        Self {
            location,
            created_at,
            polls: AtomicU64::new(0),
            record: Record::default(),
            #[cfg(feature = "tracing")]
            span: super::SpanSlot::default(),
        }
    }

    /// Only the runner calls this.
    pub(crate) fn count_poll(&self) {
        // Relaxed: the runner is the only writer, and the count orders nothing.
        self.polls.store(self.polls() + 1, Relaxed);
    }

    pub(crate) fn polls(&self) -> u64 {
        // Relaxed: the count orders nothing.
        self.polls.load(Relaxed)
    }
}
