// ANCHOR: head
//! Deadlines in a list. Slow, and easy to check.
// ANCHOR_END: head

// ANCHOR: list
/// Deadlines in the order in which they were set. Each question looks at all of them.
#[derive(Default)]
pub struct List<K> {
    all: Vec<(u64, K)>,
}

impl<K: PartialEq> List<K> {
    /// Sets the deadline of `key`, in O(n). It replaces the old one.
    pub fn set(&mut self, deadline: u64, key: K) {
        self.clear(&key);
        self.all.push((deadline, key));
    }

    /// Removes the deadline of `key`, in O(n).
    pub fn clear(&mut self, key: &K) {
        self.all.retain(|(_, other)| other != key);
    }

    /// The earliest deadline, in O(n).
    pub fn next(&self) -> Option<u64> {
        self.all.iter().map(|&(deadline, _)| deadline).min()
    }

    /// Takes out the key with the earliest deadline if that has come, in O(n). Of equal
    /// deadlines, the one that was set first comes first.
    pub fn take_due(&mut self, now: u64) -> Option<K> {
        let entries = self.all.iter().enumerate();
        let (index, &(deadline, _)) =
            entries.min_by_key(|(_, (deadline, _))| *deadline)?;
        (deadline <= now).then(|| self.all.remove(index).1)
    }
}
// ANCHOR_END: list
