//! The timing wheel: eight levels of 64 slots, on ticks of 2^16 ns (65.5 µs).
//!
//! Eight levels of six bits are 48 bits of ticks: with the 16 below, all the
//! nanoseconds of a `u64`. So the top level never wraps, and no deadline is
//! too far.
//!
//! A deadline's level is the highest group of six bits in which it differs
//! from now, its slot the value of that group. Everything on a lower level is
//! therefore due before anything on a higher one, and within a level slots are
//! due in order: the next deadline is found with two bit scans. When time
//! reaches a slot above level 0, its entries are set again, one or more levels
//! lower. Setting and cancelling are O(1); the entries are a slab's, linked by
//! number, so neither allocates once the slab has grown. After Varghese and
//! Lauck, "Hashed and Hierarchical Timing Wheels" (1987).

use slab::Slab;
use std::task::Waker;

const LEVELS: usize = 8;
const SLOT_BITS: u32 = 6;
const SLOTS: usize = 1 << SLOT_BITS;
const NOBODY: u32 = u32::MAX;

/// Names an entry until [`Wheel::remove`] takes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key(u32);

pub(crate) struct Wheel {
    /// Every deadline up to here has fired.
    now: u64,
    /// A bit for each slot that holds entries.
    occupied: [u64; LEVELS],
    /// The first entry of each slot; the first's `previous` is the last.
    heads: [[u32; SLOTS]; LEVELS],
    entries: Slab<Entry>,
}

struct Entry {
    deadline: u64,
    waker: Option<Waker>,
    place: Place,
    next: u32,
    previous: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Slot { level: u8, slot: u8 },
    Fired,
}

impl Wheel {
    pub(crate) fn new() -> Self {
        Self {
            now: 0,
            occupied: [0; LEVELS],
            heads: [[NOBODY; SLOTS]; LEVELS],
            entries: Slab::new(),
        }
    }

    /// Sets a timer. One whose deadline has passed has fired at once.
    pub(crate) fn insert(&mut self, deadline: u64) -> Key {
        let key = self.entries.insert(Entry {
            deadline,
            waker: None,
            place: Place::Fired,
            next: NOBODY,
            previous: NOBODY,
        });
        // Four billion timers would fill the memory of any machine first.
        let key = u32::try_from(key).expect("fewer than 2^32 timers");
        if deadline > self.now {
            self.link(key);
        }
        Key(key)
    }

    /// Whether the timer has fired.
    pub(crate) fn has_fired(&self, key: &Key) -> bool {
        self.entry(key.0).place == Place::Fired
    }

    /// Who is to be woken when it fires.
    pub(crate) fn waker(&mut self, key: &Key) -> &mut Option<Waker> {
        &mut self.entry_mut(key.0).waker
    }

    /// Takes the wakers of all that have not fired. Those never wake anybody.
    pub(crate) fn take_wakers(&mut self) -> Vec<Waker> {
        let entries = self.entries.iter_mut();
        entries
            .filter_map(|(_, entry)| entry.waker.take())
            .collect()
    }

    /// Sets a timer for another deadline, fired or not. One whose deadline has
    /// passed has fired at once, and its waker is for the caller to take.
    pub(crate) fn reset(&mut self, key: &Key, deadline: u64) {
        self.take_out(key);
        let entry = self.entry_mut(key.0);
        entry.deadline = deadline;
        entry.place = Place::Fired;
        if deadline > self.now {
            self.link(key.0);
        }
    }

    /// Takes a timer back, fired or not.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<Waker> {
        self.take_out(key);
        self.entries.remove(key.0 as usize).waker
    }

    fn take_out(&mut self, key: &Key) {
        if let Place::Slot { level, slot } = self.entry(key.0).place {
            self.unlink(key.0, level, slot);
        }
    }

    /// The tick at which the wheel next has something to do: the earliest
    /// deadline, or a moment before it when entries have to move down.
    pub(crate) fn next(&self) -> Option<u64> {
        self.next_slot()
            .map(|(level, slot)| self.start(level, slot))
    }

    /// Moves time to `to` and the wakers of what fires, in the order of their
    /// ticks, into `fired`. Time does not go back.
    pub(crate) fn advance(&mut self, to: u64, fired: &mut Vec<Waker>) {
        while let Some((level, slot)) = self.next_slot() {
            let start = self.start(level, slot);
            if start > to {
                break;
            }
            self.now = start;
            self.occupied[level] &= !(1 << slot);
            let mut next = std::mem::replace(&mut self.heads[level][slot], NOBODY);
            while next != NOBODY {
                let key = next;
                let now = self.now;
                let entry = self.entry_mut(key);
                next = entry.next;
                if entry.deadline > now {
                    self.link(key);
                } else {
                    entry.place = Place::Fired;
                    fired.extend(entry.waker.take());
                }
            }
        }
        self.now = self.now.max(to);
    }

    /// How many timers there are, fired or not.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The deadlines, in ticks, of what has not fired. For the inspector.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = u64> {
        let entries = self.entries.iter().map(|(_, entry)| entry);
        entries
            .filter(|entry| entry.place != Place::Fired)
            .map(|entry| entry.deadline)
    }

    /// For how many timers there is room without allocating.
    #[cfg(all(test, not(loom)))]
    pub(super) fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    fn next_slot(&self) -> Option<(usize, usize)> {
        let level = self.occupied.iter().position(|&slots| slots != 0)?;
        Some((level, self.occupied[level].trailing_zeros() as usize))
    }

    /// The first tick of a slot: the groups above as now, this one the slot's,
    /// zeros below.
    fn start(&self, level: usize, slot: usize) -> u64 {
        let shift = SLOT_BITS * u32::try_from(level).expect("eight levels");
        let above = self.now >> shift >> SLOT_BITS << SLOT_BITS << shift;
        above | (slot as u64) << shift
    }

    fn link(&mut self, key: u32) {
        let deadline = self.entry(key).deadline;
        debug_assert!(deadline > self.now);
        let level = (deadline ^ self.now).ilog2() / SLOT_BITS;
        let slot = deadline >> (level * SLOT_BITS) & (SLOTS as u64 - 1);
        #[expect(clippy::cast_possible_truncation, reason = "six bits")]
        let (level, slot) = (level as usize, slot as usize);

        let first = self.heads[level][slot];
        let last = if first == NOBODY {
            self.heads[level][slot] = key;
            self.occupied[level] |= 1 << slot;
            key
        } else {
            let last = self.entry(first).previous;
            self.entry_mut(last).next = key;
            self.entry_mut(first).previous = key;
            last
        };
        let entry = self.entry_mut(key);
        entry.next = NOBODY;
        entry.previous = last;
        #[expect(clippy::cast_possible_truncation, reason = "8 levels of 64 slots")]
        let (level, slot) = (level as u8, slot as u8);
        entry.place = Place::Slot { level, slot };
    }

    fn unlink(&mut self, key: u32, level: u8, slot: u8) {
        let (level, slot) = (usize::from(level), usize::from(slot));
        let &Entry { next, previous, .. } = self.entry(key);
        let first = self.heads[level][slot];
        if first == key {
            self.heads[level][slot] = next;
            if next == NOBODY {
                self.occupied[level] &= !(1 << slot);
            }
        } else {
            self.entry_mut(previous).next = next;
        }
        // Whoever came after, or else the first, has the one before as its
        // previous.
        let after = if next == NOBODY { first } else { next };
        if after != key {
            self.entry_mut(after).previous = previous;
        }
    }

    fn entry(&self, key: u32) -> &Entry {
        &self.entries[key as usize]
    }

    fn entry_mut(&mut self, key: u32) -> &mut Entry {
        &mut self.entries[key as usize]
    }
}
