// ANCHOR: head
//! How urgent a task is.

use std::cmp::{Ordering, Reverse};
use std::time::Instant;
// ANCHOR_END: head

// ANCHOR: rank
/// How urgent a task is. The greatest rank runs first: first by priority, and among equal
/// priorities the earliest deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// The higher, the more urgent.
    pub priority: u8,
    /// A task without a deadline comes after all tasks of its priority that have one.
    pub deadline: Option<Instant>,
}

impl Ord for Rank {
    fn cmp(&self, other: &Rank) -> Ordering {
        // `None` is less than every `Some`, and a `Reverse` is greater if it is earlier.
        let key = |rank: &Rank| (rank.priority, rank.deadline.map(Reverse));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Rank) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
// ANCHOR_END: rank
