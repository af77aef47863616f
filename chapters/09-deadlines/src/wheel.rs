// ANCHOR: head
//! The timer wheel: eleven levels of 64 slots.
//!
//! After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987).

use std::array;
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Waker;

use crate::Timer;
use crate::slot::{Entry, Slot};
// ANCHOR_END: head

// ANCHOR: wheel
/// The bits of one digit.
const BITS: u32 = 6;
const SLOTS: usize = 1 << BITS;
/// Eleven digits of six bits hold every `u64`.
const LEVELS: usize = 11;

/// Wakes the task of each [`Timer`] at its deadline. It is a handle: its clones are the
/// same wheel.
#[derive(Clone)]
pub struct Wheel(pub(crate) Rc<Levels>);

pub(crate) struct Levels {
    now: Cell<u64>,
    /// For each level, one bit for each slot that has entries.
    occupied: [Cell<u64>; LEVELS],
    /// In a box, because the tests would be slow under Miri without it.
    slots: Box<[[Slot; SLOTS]; LEVELS]>,
}

/// The level and the slot of an entry.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    level: usize,
    slot: usize,
}
// ANCHOR_END: wheel

// ANCHOR: place
impl Levels {
    /// Where a deadline belongs: the highest digit in which it differs from now names
    /// the level, and its value names the slot.
    fn place(&self, deadline: u64) -> Place {
        let different = deadline ^ self.now.get();
        // Digit 0 if none differs.
        let level = (different | 1).ilog2() / BITS;
        let slot = (deadline >> (level * BITS)) % SLOTS as u64;
        #[expect(clippy::cast_possible_truncation, reason = "below 11, and below 64")]
        Place { level: level as usize, slot: slot as usize }
    }
}
// ANCHOR_END: place

// ANCHOR: link
impl Levels {
    /// Adds an entry whose deadline has not passed.
    pub(crate) fn link(&self, entry: Pin<&Entry>) {
        let place = self.place(entry.deadline.get());
        self.slot(place).push(entry);
        entry.place.set(Some(place));
        let occupied = &self.occupied[place.level];
        occupied.set(occupied.get() | 1 << place.slot);
    }

    /// Removes an entry. Returns whether it was in the wheel.
    pub(crate) fn unlink(&self, entry: &Entry) -> bool {
        let Some(place) = entry.place.take() else { return false };
        self.slot(place).remove(entry);
        if self.slot(place).first().is_none() {
            let occupied = &self.occupied[place.level];
            occupied.set(occupied.get() & !(1 << place.slot));
        }
        true
    }
}
// ANCHOR_END: link

// ANCHOR: next
impl Levels {
    /// The slot that has work next.
    fn next_place(&self) -> Option<Place> {
        let level = self.occupied.iter().position(|slots| slots.get() != 0)?;
        let slot = self.occupied[level].get().trailing_zeros() as usize;
        Some(Place { level, slot })
    }

    /// The first tick of a slot: the digits above are those of now, and the digits below
    /// are zero.
    fn start(&self, place: Place) -> u64 {
        #[expect(clippy::cast_possible_truncation, reason = "there are 11 levels")]
        let shift = BITS * place.level as u32;
        // Two steps, because 66 bits are too many for one.
        let above = self.now.get() >> shift >> BITS << BITS;
        (above | place.slot as u64) << shift
    }
}
// ANCHOR_END: next

// ANCHOR: advance
impl Wheel {
    /// Moves the present to `to`, and wakes the tasks of all timers that are due, in the
    /// order of their deadlines. Time never goes back.
    ///
    /// Each timer costs O(1), and up to ten moves to lower levels.
    pub fn advance(&self, to: u64) {
        let levels = &self.0;
        while let Some(place) = levels.next_place() {
            let start = levels.start(place);
            if start > to {
                break;
            }
            levels.now.set(start);
            if place.level > 0 {
                levels.cascade(place);
            } else if let Some(waker) = levels.fire(place) {
                // A waker runs foreign code. It may set and drop timers, because the
                // wheel is complete between two steps.
                waker.wake();
            }
        }
        levels.now.set(levels.now.get().max(to));
    }
}
// ANCHOR_END: advance

// ANCHOR: steps
impl Levels {
    /// Moves all entries of a slot to lower levels, and keeps their order.
    fn cascade(&self, place: Place) {
        while let Some(entry) = self.slot(place).first() {
            self.unlink(&entry);
            self.link(entry);
        }
    }

    /// Takes out the first entry of a slot of level 0.
    fn fire(&self, place: Place) -> Option<Waker> {
        let entry = self.slot(place).first()?;
        self.unlink(&entry);
        entry.waker.take()
    }
}
// ANCHOR_END: steps

// ANCHOR: rest
impl Levels {
    pub(crate) fn now(&self) -> u64 {
        self.now.get()
    }

    fn slot(&self, place: Place) -> &Slot {
        &self.slots[place.level][place.slot]
    }
}

impl Wheel {
    /// A wheel without timers, at tick 0.
    pub fn new() -> Wheel {
        let slots = Box::new(array::from_fn(|_| array::from_fn(|_| Slot::new())));
        let occupied = array::from_fn(|_| Cell::new(0));
        Wheel(Rc::new(Levels { now: Cell::new(0), occupied, slots }))
    }

    /// The present, in ticks.
    pub fn now(&self) -> u64 {
        self.0.now()
    }

    /// The tick of the next work, in O(1). It is the earliest deadline, or an earlier
    /// tick at which entries move to a lower level.
    pub fn next(&self) -> Option<u64> {
        self.0.next_place().map(|place| self.0.start(place))
    }

    /// A timer for a tick. It is in the wheel from its first poll on.
    pub fn timer(&self, deadline: u64) -> Timer {
        Timer::new(self, deadline)
    }

    /// The slots that have entries: the level, the slot, and the deadlines.
    pub fn occupied(&self) -> Vec<(usize, usize, Vec<u64>)> {
        let places =
            (0..LEVELS).flat_map(|level| (0..SLOTS).map(move |slot| (level, slot)));
        let occupied = places.map(|(level, slot)| {
            (level, slot, self.0.slot(Place { level, slot }).deadlines())
        });
        occupied.filter(|(_, _, deadlines)| !deadlines.is_empty()).collect()
    }
}

impl Default for Wheel {
    fn default() -> Wheel {
        Wheel::new()
    }
}
// ANCHOR_END: rest
