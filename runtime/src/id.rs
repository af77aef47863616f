//! Names for tasks.

use std::{
    cell::Cell,
    fmt,
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// Names a task, uniquely in this process: ids are not used twice. Those of one
/// thread are in the order of its spawns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(NonZeroU64);

/// How many a thread takes at once: the counter that all threads share would
/// cost each spawn as much as the rest of the spawn.
const BLOCK: u64 = 1024;

thread_local! {
    /// The next number of this thread; a multiple of [`BLOCK`] when it has to
    /// take others.
    static NEXT_HERE: Cell<u64> = const { Cell::new(0) };
}

impl Id {
    pub(crate) fn next() -> Self {
        static BLOCKS: AtomicU64 = AtomicU64::new(0);
        let mut id = NEXT_HERE.get();
        if id.is_multiple_of(BLOCK) {
            // Ordering: Relaxed; the number orders nothing. It wraps after
            // centuries of spawning once a nanosecond.
            id = BLOCKS.fetch_add(BLOCK, Relaxed);
        }
        NEXT_HERE.set(id + 1);
        // The numbers begin with 1.
        Self(NonZeroU64::MIN.saturating_add(id))
    }

    /// The number behind the name.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}
