// ANCHOR: head
//! Deadlines in order.

use std::collections::BTreeMap;
// ANCHOR_END: head

// ANCHOR: set
/// Deadlines in a sorted map. The owner of a deadline keeps its position.
#[derive(Default)]
pub struct Set<K> {
    queue: BTreeMap<Position, K>,
    calls: u64,
}

/// The deadline, and a number that tells equal deadlines apart.
pub type Position = (u64, u64);

impl<K> Set<K> {
    /// Adds a deadline, in O(log n).
    pub fn set(&mut self, deadline: u64, key: K) -> Position {
        self.calls += 1;
        let position = (deadline, self.calls);
        self.queue.insert(position, key);
        position
    }

    /// Removes a deadline, in O(log n).
    pub fn clear(&mut self, position: Position) {
        self.queue.remove(&position);
    }

    /// The earliest deadline, in O(log n).
    pub fn next(&self) -> Option<u64> {
        self.queue.first_key_value().map(|(&(deadline, _), _)| deadline)
    }

    /// Takes out the key with the earliest deadline if that has come, in O(log n).
    pub fn take_due(&mut self, now: u64) -> Option<K> {
        let entry = self.queue.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }
}
// ANCHOR_END: set
