//! Exercise `waiting/deadlines`: a set of deadlines that finds the earliest one
//! at once. Your timers will use it.

// hole: begin
use std::collections::{BTreeMap, HashMap};
// hole: instead
// hole: end
use std::hash::Hash;
use std::time::Instant;

/// A set of keys. Each key has one deadline.
// hole: begin
#[derive(Debug)]
pub struct Deadlines<K> {
    /// The keys, ordered by deadline. The number counts the calls of `set`, so it
    /// orders the keys that share an instant.
    queue: BTreeMap<(Instant, u64), K>,
    /// The position of each key in `queue`.
    positions: HashMap<K, (Instant, u64)>,
    /// How often `set` was called.
    calls: u64,
}
// hole: instead
//| #[derive(Debug)]
//| pub struct Deadlines<K> {
//|     /// Replace this. Choose what finds the earliest key and any given key quickly.
//|     keys: Vec<K>,
//| }
// hole: end

impl<K> Default for Deadlines<K> {
    fn default() -> Deadlines<K> {
        // hole: begin
        Deadlines { queue: BTreeMap::new(), positions: HashMap::new(), calls: 0 }
        // hole: instead
        //| Deadlines { keys: Vec::new() }
        // hole: end
    }
}

impl<K: Clone + Eq + Hash> Deadlines<K> {
    /// Creates an empty set.
    pub fn new() -> Deadlines<K> {
        Deadlines::default()
    }

    /// Sets the deadline of `key`. It replaces the deadline that `key` had.
    pub fn set(&mut self, key: K, deadline: Instant) {
        // hole: begin
        self.clear(&key);
        let position = (deadline, self.calls);
        self.calls += 1;
        self.queue.insert(position, key.clone());
        self.positions.insert(key, position);
        // hole: instead
        //| let _ = (deadline, self.keys.contains(&key));
        //| todo!("store the deadline, and forget the old one")
        // hole: end
    }

    /// Removes the deadline of `key`. Returns whether it had one.
    pub fn clear(&mut self, key: &K) -> bool {
        // hole: begin
        let Some(position) = self.positions.remove(key) else { return false };
        self.queue.remove(&position);
        true
        // hole: instead
        //| let _ = self.keys.contains(key);
        //| todo!("forget the deadline of this key")
        // hole: end
    }

    /// Returns the earliest deadline. A thread may sleep until then.
    pub fn next(&self) -> Option<Instant> {
        // hole: begin
        self.queue.first_key_value().map(|(&(deadline, _), _)| deadline)
        // hole: instead
        //| todo!("find the earliest of {} deadlines", self.keys.len())
        // hole: end
    }

    /// Removes and returns the key with the earliest deadline if that deadline is
    /// `now` or earlier. Among equal deadlines, the one set first comes first.
    pub fn take_due(&mut self, now: Instant) -> Option<K> {
        // hole: begin
        let entry = self.queue.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        let key = entry.remove();
        self.positions.remove(&key);
        Some(key)
        // hole: instead
        //| let _ = now;
        //| todo!("take the earliest of {} keys if it is due", self.keys.len())
        // hole: end
    }
}
