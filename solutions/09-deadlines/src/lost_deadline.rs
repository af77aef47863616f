//! Exercise `deadlines/lost-deadline`: repair a wheel that loses deadlines.

const LEVELS: usize = 4;

/// A wheel with levels of ten slots, so its digits are those of decimal numbers. It
/// keeps the deadlines of some keys, up to tick 9999.
pub struct DecimalWheel<K> {
    now: u32,
    /// For each level, ten slots. A slot holds the deadlines and their keys.
    slots: [[Vec<(u32, K)>; 10]; LEVELS],
}

impl<K: PartialEq> DecimalWheel<K> {
    /// Creates a wheel without deadlines, at tick 0.
    pub fn new() -> DecimalWheel<K> {
        DecimalWheel { now: 0, slots: Default::default() }
    }

    /// The present.
    pub fn now(&self) -> u32 {
        self.now
    }

    /// Sets the deadline of `key`. It replaces the deadline that `key` had. A deadline
    /// that has passed is due at the next tick.
    ///
    /// # Panics
    ///
    /// If the deadline is after tick 9999. At tick 9999, there is no next tick, so every
    /// call panics.
    pub fn set(&mut self, key: K, deadline: u32) {
        let deadline = deadline.max(self.now + 1);
        assert!(deadline <= 9999, "this wheel has only four digits");
        // hole: begin
        self.clear(&key);
        // hole: instead
        // hole: end
        self.add(key, deadline);
    }

    /// Removes the deadline of `key`.
    pub fn clear(&mut self, key: &K) {
        for slot in self.slots.iter_mut().flatten() {
            slot.retain(|(_, other)| other != key);
        }
    }

    /// Moves the present to `to`. Returns the keys whose deadlines have come, the
    /// earliest first.
    pub fn advance(&mut self, to: u32) -> Vec<K> {
        let mut due = Vec::new();
        while self.now < to {
            self.now += 1;
            // hole: begin
            if self.now.is_multiple_of(1000) {
                self.cascade(3);
            }
            if self.now.is_multiple_of(100) {
                self.cascade(2);
            }
            if self.now.is_multiple_of(10) {
                self.cascade(1);
            }
            due.extend(self.take(0).into_iter().map(|(_, key)| key));
            // hole: instead
            //| due.extend(self.take(0).into_iter().map(|(_, key)| key));
            //| if self.now.is_multiple_of(10) {
            //|     self.cascade(1);
            //| } else if self.now.is_multiple_of(100) {
            //|     self.cascade(2);
            //| } else if self.now.is_multiple_of(1000) {
            //|     self.cascade(3);
            //| }
            // hole: end
        }
        due
    }

    /// Moves what is in the present slot of a level to lower levels.
    fn cascade(&mut self, level: usize) {
        for (deadline, key) in self.take(level) {
            self.add(key, deadline);
        }
    }

    /// Takes out what is in the present slot of a level.
    fn take(&mut self, level: usize) -> Vec<(u32, K)> {
        std::mem::take(&mut self.slots[level][digit(self.now, level)])
    }

    /// Puts a key into the slot of its deadline. The highest digit that differs from the
    /// present is the level.
    fn add(&mut self, key: K, deadline: u32) {
        let differs = |&level: &usize| digit(deadline, level) != digit(self.now, level);
        let level = (0..LEVELS).rev().find(differs).unwrap_or(0);
        self.slots[level][digit(deadline, level)].push((deadline, key));
    }
}

impl<K: PartialEq> Default for DecimalWheel<K> {
    fn default() -> DecimalWheel<K> {
        DecimalWheel::new()
    }
}

/// A decimal digit of a tick. Digit 0 is the lowest.
fn digit(tick: u32, number: usize) -> usize {
    (0..number).fold(tick, |tick, _| tick / 10) as usize % 10
}
