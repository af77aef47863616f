//! Exercise `waiting/deadlines`: who is due next? A part for a runtime
//! of your own.

// hole: begin
use std::collections::{BTreeMap, HashMap};
// hole: instead
// hole: end
use std::hash::Hash;
use std::time::Instant;

/// A deadline for each of many keys, at most one each.
// hole: begin
#[derive(Debug)]
pub struct Deadlines<K> {
    /// In the order in which they are due. The number tells those apart that
    /// are due at the same instant: the one that was set first comes first.
    queue: BTreeMap<(Instant, u64), K>,
    /// Where each key stands in the queue.
    places: HashMap<K, (Instant, u64)>,
    set: u64,
}
// hole: instead
//| #[derive(Debug)]
//| pub struct Deadlines<K> {
//|     /// Choose what finds the earliest quickly, and a key's own as well.
//|     keys: Vec<K>,
//| }
// hole: end

impl<K> Default for Deadlines<K> {
    fn default() -> Deadlines<K> {
        // hole: begin
        Deadlines { queue: BTreeMap::new(), places: HashMap::new(), set: 0 }
        // hole: instead
        //| Deadlines { keys: Vec::new() }
        // hole: end
    }
}

impl<K: Clone + Eq + Hash> Deadlines<K> {
    /// None.
    pub fn new() -> Deadlines<K> {
        Deadlines::default()
    }

    /// `key` is due at `due`, and no longer at what was set for it before.
    pub fn set(&mut self, key: K, due: Instant) {
        // hole: begin
        self.clear(&key);
        let place = (due, self.set);
        self.set += 1;
        self.queue.insert(place, key.clone());
        self.places.insert(key, place);
        // hole: instead
        //| let _ = (due, self.keys.contains(&key));
        //| todo!("keep when the key is due, and forget when it was")
        // hole: end
    }

    /// Nothing is due for `key` any more. Says whether something was.
    pub fn clear(&mut self, key: &K) -> bool {
        // hole: begin
        let Some(place) = self.places.remove(key) else { return false };
        self.queue.remove(&place);
        true
        // hole: instead
        //| let _ = self.keys.contains(key);
        //| todo!("forget when the key is due")
        // hole: end
    }

    /// When the first of all is due: so long can a thread sleep.
    pub fn next(&self) -> Option<Instant> {
        // hole: begin
        self.queue.first_key_value().map(|(&(due, _), _)| due)
        // hole: instead
        //| todo!("the first of {}", self.keys.len())
        // hole: end
    }

    /// Takes out the first that is due by `now`. Of those due at the same
    /// instant, the one that was set first comes first.
    pub fn take_due(&mut self, now: Instant) -> Option<K> {
        // hole: begin
        let entry = self.queue.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        let key = entry.remove();
        self.places.remove(&key);
        Some(key)
        // hole: instead
        //| let _ = now;
        //| todo!("which of {} is due?", self.keys.len())
        // hole: end
    }
}
