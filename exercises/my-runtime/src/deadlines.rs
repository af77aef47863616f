//! Exercise `waiting/deadlines`: who is due next? A part for a runtime
//! of your own.

use std::hash::Hash;
use std::time::Instant;

/// A deadline for each of many keys, at most one each.
#[derive(Debug)]
pub struct Deadlines<K> {
    /// Choose what finds the earliest quickly, and a key's own as well.
    keys: Vec<K>,
}

impl<K> Default for Deadlines<K> {
    fn default() -> Deadlines<K> {
        Deadlines { keys: Vec::new() }
    }
}

impl<K: Clone + Eq + Hash> Deadlines<K> {
    /// None.
    pub fn new() -> Deadlines<K> {
        Deadlines::default()
    }

    /// `key` is due at `due`, and no longer at what was set for it before.
    pub fn set(&mut self, key: K, due: Instant) {
        let _ = (due, self.keys.contains(&key));
        todo!("keep when the key is due, and forget when it was")
    }

    /// Nothing is due for `key` any more. Says whether something was.
    pub fn clear(&mut self, key: &K) -> bool {
        let _ = self.keys.contains(key);
        todo!("forget when the key is due")
    }

    /// When the first of all is due: so long can a thread sleep.
    pub fn next(&self) -> Option<Instant> {
        todo!("the first of {}", self.keys.len())
    }

    /// Takes out the first that is due by `now`. Of those due at the same
    /// instant, the one that was set first comes first.
    pub fn take_due(&mut self, now: Instant) -> Option<K> {
        let _ = now;
        todo!("which of {} is due?", self.keys.len())
    }
}
