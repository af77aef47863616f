//! Exercise `waiting/deadlines`: a set of deadlines that finds the earliest one
//! at once. Your timers will use it.

use std::hash::Hash;
use std::time::Instant;

/// A set of keys. Each key has one deadline.
#[derive(Debug)]
pub struct Deadlines<K> {
    /// Replace this. Choose what finds the earliest key and any given key quickly.
    keys: Vec<K>,
}

impl<K> Default for Deadlines<K> {
    fn default() -> Deadlines<K> {
        Deadlines { keys: Vec::new() }
    }
}

impl<K: Clone + Eq + Hash> Deadlines<K> {
    /// Creates an empty set.
    pub fn new() -> Deadlines<K> {
        Deadlines::default()
    }

    /// Sets the deadline of `key`. It replaces the deadline that `key` had.
    pub fn set(&mut self, key: K, deadline: Instant) {
        let _ = (deadline, self.keys.contains(&key));
        todo!("store the deadline, and forget the old one")
    }

    /// Removes the deadline of `key`. Returns whether it had one.
    pub fn clear(&mut self, key: &K) -> bool {
        let _ = self.keys.contains(key);
        todo!("forget the deadline of this key")
    }

    /// Returns the earliest deadline. A thread may sleep until then.
    pub fn next(&self) -> Option<Instant> {
        todo!("find the earliest of {} deadlines", self.keys.len())
    }

    /// Removes and returns the key with the earliest deadline if that deadline is
    /// `now` or earlier. Among equal deadlines, the one set first comes first.
    pub fn take_due(&mut self, now: Instant) -> Option<K> {
        let _ = now;
        todo!("take the earliest of {} keys if it is due", self.keys.len())
    }
}
