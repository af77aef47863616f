//! The timing wheel: eight levels of 64 slots. A tick is 2^16 ns (65.5 µs).
//!
//! Read a deadline, in ticks, as eight digits of six bits. Each level stands for
//! one digit, and each slot for one value of it:
//!
//! ```text
//!  level   a slot covers    all 64 slots cover
//!    7     2^42 ticks       2^48 ticks = 2^64 ns: every deadline that a u64 holds
//!    ⋮
//!    2     4096 ticks       17.2 s        [0][1][2] ⋯ [63]
//!    1       64 ticks       268 ms        [0][1][2] ⋯ [63]
//!    0        1 tick        4.19 ms       [0][1][2] ⋯ [63]
//! ```
//!
//! An entry goes to the level of the highest digit in which its deadline differs
//! from the present, and to the slot that this digit names. Two facts follow:
//!
//! - Everything on a lower level is due before everything on a higher level, and
//!   the slots of a level are due in order. So two bit scans find the next slot
//!   ([`Wheel::next`]).
//! - When time reaches a slot above level 0, only the digits below it differ. So
//!   [`Wheel::advance`] links the entries of the slot again, and they fall one
//!   or more levels: the *cascade*.
//!
//! Example: at tick 0, the deadline 70 is `1·64 + 6`, so it goes to level 1,
//! slot 1. At tick 64 it falls to level 0, slot 6. At tick 70 it fires.
//!
//! # The states of an entry
//!
//! ```text
//!               ┌──────3──────┐
//!               ▼             │
//!  ──1──▶ Linked { level, slot } ──4──▶ Fired ◀──2──
//!               │  ▲                    │   │
//!               │  └─────────5──────────┘   │
//!               └──6──▶ (removed) ◀──6──────┘
//! ```
//!
//! 1. [`insert`](Wheel::insert), if the deadline is still to come.
//! 2. `insert`, if it has passed.
//! 3. [`advance`](Wheel::advance) reaches a slot above level 0: the cascade.
//!    [`reset`](Wheel::reset) does the same for one entry.
//! 4. `advance` reaches the deadline and takes the waker. `reset` to a deadline
//!    that has passed does the same, but it leaves the waker to its caller.
//! 5. `reset`, if the new deadline is still to come.
//! 6. [`remove`](Wheel::remove).
//!
//! # Invariants
//!
//! 1. An entry is `Linked { level, slot }` exactly while it is in the list of
//!    that slot. The bit of a slot in `occupied` is set exactly while its list
//!    has entries.
//! 2. A linked entry's deadline is later than `now`.
//! 3. A list is in the order of insertion, and a cascade keeps that order. So
//!    timers of one tick fire in the order in which they were set.
//! 4. An entry that `advance` has fired has no waker.
//!
//! Setting and removing a timer cost O(1). The entries are in a slab and link to
//! each other by number, so neither allocates after the slab has grown.
//!
//! After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987).

use slab::Slab;
use std::task::Waker;

const LEVELS: usize = 8;
const SLOT_BITS: u32 = 6;
const SLOTS: usize = 1 << SLOT_BITS;
const _: () = assert!(
    LEVELS * SLOT_BITS as usize + super::TICK_BITS as usize == u64::BITS as usize,
    "the levels and the tick cover the 64 bits of a time in nanoseconds"
);
/// Stands for "no entry" at the end of a list.
const NIL: u32 = u32::MAX;

/// The index of an entry in the slab. It is valid until [`Wheel::remove`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key(u32);

pub(crate) struct Wheel {
    /// The present, in ticks. Every deadline up to this tick has fired.
    now: u64,
    /// For each level, a bit for each slot that has entries.
    occupied: [u64; LEVELS],
    /// The first entry of each slot's list. Its `previous` is the last entry.
    heads: [[u32; SLOTS]; LEVELS],
    entries: Slab<Entry>,
}

struct Entry {
    deadline: u64,
    waker: Option<Waker>,
    state: EntryState,
    next: u32,
    previous: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryState {
    Linked { level: u8, slot: u8 },
    Fired,
}

impl Wheel {
    pub(crate) fn new() -> Self {
        Self {
            now: 0,
            occupied: [0; LEVELS],
            heads: [[NIL; SLOTS]; LEVELS],
            entries: Slab::new(),
        }
    }

    /// Sets a timer. If the deadline has passed, the timer has fired already.
    pub(crate) fn insert(&mut self, deadline: u64) -> Key {
        let key = self.entries.insert(Entry {
            deadline,
            waker: None,
            state: EntryState::Fired,
            next: NIL,
            previous: NIL,
        });
        // 2^32 entries would need about 200 GB.
        let key = u32::try_from(key).expect("fewer than 2^32 timers");
        if deadline > self.now {
            self.link(key);
        }
        Key(key)
    }

    /// Whether the timer has fired.
    pub(crate) fn has_fired(&self, key: &Key) -> bool {
        self.entry(key.0).state == EntryState::Fired
    }

    /// The waker that is called when the timer fires.
    pub(crate) fn waker(&mut self, key: &Key) -> &mut Option<Waker> {
        &mut self.entry_mut(key.0).waker
    }

    /// Takes the wakers of all timers that have not fired. These timers will wake
    /// no task.
    pub(crate) fn take_wakers(&mut self) -> Vec<Waker> {
        let entries = self.entries.iter_mut();
        entries
            .filter_map(|(_, entry)| entry.waker.take())
            .collect()
    }

    /// Moves a timer to another deadline, whether it has fired or not. If the
    /// new deadline has passed, the timer has fired, and the caller takes its
    /// waker.
    pub(crate) fn reset(&mut self, key: &Key, deadline: u64) {
        self.unlink_if_linked(key);
        let entry = self.entry_mut(key.0);
        entry.deadline = deadline;
        entry.state = EntryState::Fired;
        if deadline > self.now {
            self.link(key.0);
        }
    }

    /// Removes a timer, whether it has fired or not.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<Waker> {
        self.unlink_if_linked(key);
        self.entries.remove(key.0 as usize).waker
    }

    fn unlink_if_linked(&mut self, key: &Key) {
        if let EntryState::Linked { level, slot } = self.entry(key.0).state {
            self.unlink(key.0, level, slot);
        }
    }

    /// The tick of the wheel's next work. That is the earliest deadline, or an
    /// earlier tick at which entries cascade.
    pub(crate) fn next(&self) -> Option<u64> {
        self.next_slot()
            .map(|(level, slot)| self.start(level, slot))
    }

    /// Moves the present to `to`, and moves the wakers of the timers that fire to
    /// `fired`, in the order of their ticks. Time never goes back.
    pub(crate) fn advance(&mut self, to: u64, fired: &mut Vec<Waker>) {
        while let Some((level, slot)) = self.next_slot() {
            let start = self.start(level, slot);
            if start > to {
                break;
            }
            self.now = start;
            self.occupied[level] &= !(1 << slot);
            let mut next = std::mem::replace(&mut self.heads[level][slot], NIL);
            while next != NIL {
                let key = next;
                let now = self.now;
                let entry = self.entry_mut(key);
                next = entry.next;
                if entry.deadline > now {
                    self.link(key);
                } else {
                    entry.state = EntryState::Fired;
                    fired.extend(entry.waker.take());
                }
            }
        }
        self.now = self.now.max(to);
    }

    /// The number of timers, including those that have fired.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The deadlines, in ticks, of the timers that have not fired. For the
    /// inspector.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = u64> {
        let entries = self.entries.iter().map(|(_, entry)| entry);
        entries
            .filter(|entry| entry.state != EntryState::Fired)
            .map(|entry| entry.deadline)
    }

    /// How many timers fit without another allocation.
    #[cfg(all(test, not(loom)))]
    pub(super) fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    fn next_slot(&self) -> Option<(usize, usize)> {
        let level = self.occupied.iter().position(|&slots| slots != 0)?;
        Some((level, self.occupied[level].trailing_zeros() as usize))
    }

    /// The first tick of a slot. Its digits above `level` are those of the
    /// present, the digit of `level` is `slot`, and the digits below are zero.
    fn start(&self, level: usize, slot: usize) -> u64 {
        let shift = SLOT_BITS * u32::try_from(level).expect("eight levels");
        let above = self.now >> shift >> SLOT_BITS << SLOT_BITS << shift;
        above | (slot as u64) << shift
    }

    // ANCHOR: link
    fn link(&mut self, key: u32) {
        let deadline = self.entry(key).deadline;
        debug_assert!(deadline > self.now);
        let level = (deadline ^ self.now).ilog2() / SLOT_BITS;
        let slot = deadline >> (level * SLOT_BITS) & (SLOTS as u64 - 1);
        #[expect(clippy::cast_possible_truncation, reason = "six bits")]
        let (level, slot) = (level as usize, slot as usize);

        let first = self.heads[level][slot];
        let last = if first == NIL {
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
        entry.next = NIL;
        entry.previous = last;
        #[expect(clippy::cast_possible_truncation, reason = "8 levels of 64 slots")]
        let (level, slot) = (level as u8, slot as u8);
        entry.state = EntryState::Linked { level, slot };
    }
    // ANCHOR_END: link

    fn unlink(&mut self, key: u32, level: u8, slot: u8) {
        let (level, slot) = (usize::from(level), usize::from(slot));
        let &Entry { next, previous, .. } = self.entry(key);
        let first = self.heads[level][slot];
        if first == key {
            self.heads[level][slot] = next;
            if next == NIL {
                self.occupied[level] &= !(1 << slot);
            }
        } else {
            self.entry_mut(previous).next = next;
        }
        // The next entry's `previous` changes. The last entry has no next one. If it is
        // removed, the first entry's `previous` changes, because it names the last entry.
        let after = if next == NIL { first } else { next };
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
