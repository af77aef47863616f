//! What the inspector tells of a task beside its name and state: where it was
//! spawned, when, how often it has been polled and what it waits for. Kept only
//! with the feature `trace`; without it, this is nothing and takes nothing.

#[cfg(feature = "trace")]
pub(crate) use kept::Origin;
#[cfg(not(feature = "trace"))]
pub(crate) use nothing::Origin;

#[cfg(feature = "trace")]
mod kept {
    use crate::trace::Record;
    use std::{
        panic::Location,
        sync::atomic::{AtomicU64, Ordering::Relaxed},
    };

    pub(crate) struct Origin {
        pub(crate) location: &'static Location<'static>,
        /// The runtime's clock at the spawn, in nanoseconds.
        pub(crate) born: u64,
        polls: AtomicU64,
        /// What it waits for, in a runtime that is traced.
        pub(crate) record: Record,
        #[cfg(feature = "tracing")]
        pub(crate) span: crate::trace::SpanSlot,
    }

    impl Origin {
        pub(crate) fn new(location: &'static Location<'static>, born: u64) -> Self {
            Self {
                location,
                born,
                polls: AtomicU64::new(0),
                record: Record::default(),
                #[cfg(feature = "tracing")]
                span: crate::trace::SpanSlot::default(),
            }
        }

        /// Called by who polls the task, one at a time.
        pub(crate) fn count_poll(&self) {
            // Ordering: Relaxed; a number that orders nothing.
            self.polls.store(self.polls() + 1, Relaxed);
        }

        pub(crate) fn polls(&self) -> u64 {
            // Ordering: as above.
            self.polls.load(Relaxed)
        }
    }
}

#[cfg(not(feature = "trace"))]
mod nothing {
    use std::panic::Location;

    pub(crate) struct Origin;

    impl Origin {
        pub(crate) fn new(_: &'static Location<'static>, _: u64) -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as with the feature")]
        pub(crate) fn count_poll(&self) {}
    }
}
