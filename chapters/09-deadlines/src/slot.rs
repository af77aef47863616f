// ANCHOR: head
//! The entries of one slot: a list as in chapter 05, whose nodes lie inside the timers.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::task::Waker;

use crate::wheel::Place;
// ANCHOR_END: head

// ANCHOR: entry
/// The part of a timer that the wheel knows.
pub(crate) struct Entry {
    pub(crate) deadline: Cell<u64>,
    /// The slot that contains this entry, or `None` if it is in no slot.
    pub(crate) place: Cell<Option<Place>>,
    pub(crate) waker: Cell<Option<Waker>>,
    previous: Cell<*const Entry>,
    next: Cell<*const Entry>,
    /// Makes the entry `!Unpin`, because the list points to it.
    _pinned: PhantomPinned,
}

/// W1: an entry in a slot is alive. The `Timer` around it was pinned before the entry
/// was added, so its destructor runs before its memory is used for anything else. That
/// destructor removes the entry.
pub(crate) struct Slot {
    first: Cell<*const Entry>,
    last: Cell<*const Entry>,
}
// ANCHOR_END: entry

// ANCHOR: list
impl Slot {
    /// Adds an entry at the end.
    pub(crate) fn push(&self, entry: Pin<&Entry>) {
        let last = self.last.replace(ptr::from_ref(entry.get_ref()));
        entry.previous.set(last);
        entry.next.set(ptr::null());
        self.next_of(last).set(self.last.get());
    }

    /// Removes an entry of this slot.
    pub(crate) fn remove(&self, entry: &Entry) {
        self.next_of(entry.previous.get()).set(entry.next.get());
        self.previous_of(entry.next.get()).set(entry.previous.get());
    }

    /// The entry that was added first.
    pub(crate) fn first(&self) -> Option<Pin<&Entry>> {
        // SAFETY: W1: an entry in a slot is alive, and it is pinned.
        unsafe { self.first.get().as_ref().map(|entry| Pin::new_unchecked(entry)) }
    }

    /// The cell that points to the entry after `entry`, or to the first one if `entry`
    /// is null.
    fn next_of(&self, entry: *const Entry) -> &Cell<*const Entry> {
        // SAFETY: W1.
        unsafe { entry.as_ref() }.map_or(&self.first, |entry| &entry.next)
    }

    /// The cell that points to the entry before `entry`, or to the last one if `entry`
    /// is null.
    fn previous_of(&self, entry: *const Entry) -> &Cell<*const Entry> {
        // SAFETY: W1.
        unsafe { entry.as_ref() }.map_or(&self.last, |entry| &entry.previous)
    }
}
// ANCHOR_END: list

// ANCHOR: rest
impl Slot {
    pub(crate) fn new() -> Slot {
        Slot { first: Cell::new(ptr::null()), last: Cell::new(ptr::null()) }
    }

    /// The deadlines of the entries, in their order.
    pub(crate) fn deadlines(&self) -> Vec<u64> {
        let mut deadlines = Vec::new();
        let mut next = self.first.get();
        // SAFETY: W1.
        while let Some(entry) = unsafe { next.as_ref() } {
            deadlines.push(entry.deadline.get());
            next = entry.next.get();
        }
        deadlines
    }
}

impl Entry {
    pub(crate) fn new(deadline: u64) -> Entry {
        Entry {
            deadline: Cell::new(deadline),
            place: Cell::new(None),
            waker: Cell::new(None),
            previous: Cell::new(ptr::null()),
            next: Cell::new(ptr::null()),
            _pinned: PhantomPinned,
        }
    }
}
// ANCHOR_END: rest
