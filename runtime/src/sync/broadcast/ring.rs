//! The values that a broadcast channel keeps, by number.

use crate::primitives::Arc;
use std::collections::VecDeque;

pub(crate) struct Ring<T> {
    slots: VecDeque<Slot<T>>,
    capacity: usize,
    /// The number of the value that is sent next; the last slot's plus one.
    next: u64,
    senders: usize,
    receivers: usize,
}

struct Slot<T> {
    /// `None` once all who listened when it was sent have it.
    value: Option<Arc<T>>,
    remaining: usize,
}

/// What a receiver finds.
pub(super) enum Taken<T> {
    Value(Arc<T>),
    /// So many values went before it came to them.
    Missed(u64),
    Nothing,
    Closed,
}

impl<T> Ring<T> {
    /// With one sender.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            // Grows as it is needed: a capacity is often a generous guess.
            slots: VecDeque::new(),
            capacity,
            next: 0,
            senders: 1,
            receivers: 0,
        }
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The number of the oldest value that is kept.
    fn oldest(&self) -> u64 {
        self.next - self.slots.len() as u64
    }

    pub(super) fn len(&self) -> usize {
        let kept = self.slots.iter().filter(|slot| slot.value.is_some());
        kept.count()
    }

    pub(super) fn receivers(&self) -> usize {
        self.receivers
    }

    pub(super) fn senders(&self) -> usize {
        self.senders
    }

    pub(super) fn is_closed(&self) -> bool {
        self.senders == 0
    }

    pub(super) fn add_sender(&mut self) {
        self.senders += 1;
    }

    pub(super) fn remove_sender(&mut self) {
        self.senders -= 1;
    }

    /// Keeps a value for those who listen, if there are any. Returns how many,
    /// and the value that had to go.
    pub(super) fn push(&mut self, value: &Arc<T>) -> Option<(usize, Option<Arc<T>>)> {
        if self.receivers == 0 {
            return None;
        }
        let mut oldest = None;
        if self.slots.len() == self.capacity {
            oldest = self.slots.pop_front().and_then(|slot| slot.value);
        }
        self.slots.push_back(Slot {
            value: Some(Arc::clone(value)),
            remaining: self.receivers,
        });
        self.next += 1;
        Some((self.receivers, oldest))
    }

    /// One more listens, from the number that is returned on.
    pub(super) fn subscribe(&mut self) -> u64 {
        self.receivers += 1;
        self.next
    }

    /// One less, who has seen all before `next`. Returns what it has not seen,
    /// to be dropped when the lock is free: it may be the last to let go.
    pub(super) fn unsubscribe(&mut self, next: u64) -> Vec<Arc<T>> {
        self.receivers -= 1;
        let seen = self.slots.len() - self.ahead_of(next);
        let unseen = self.slots.iter_mut().skip(seen);
        let unheard = unseen.map(Slot::give).collect();
        self.trim();
        unheard
    }

    /// How many values there are from `next` on.
    pub(super) fn ahead_of(&self, next: u64) -> usize {
        let ahead = self.next - next.max(self.oldest());
        usize::try_from(ahead).expect("no more than there are slots")
    }

    /// Whether a receiver whose number is `next` finds more than nothing.
    pub(super) fn is_worth_a_look(&self, next: u64) -> bool {
        next < self.next || self.is_closed()
    }

    /// What there is for a receiver whose number is `next`, which moves on.
    pub(super) fn take(&mut self, next: &mut u64) -> Taken<T> {
        let oldest = self.oldest();
        if *next < oldest {
            let missed = oldest - *next;
            *next = oldest;
            return Taken::Missed(missed);
        }
        let place = usize::try_from(*next - oldest).expect("no more than there are slots");
        let Some(slot) = self.slots.get_mut(place) else {
            return if self.is_closed() {
                Taken::Closed
            } else {
                Taken::Nothing
            };
        };
        let value = slot.give();
        *next += 1;
        self.trim();
        Taken::Value(value)
    }

    /// Lets go of slots that everybody has been at.
    fn trim(&mut self) {
        while self.slots.front().is_some_and(|slot| slot.value.is_none()) {
            self.slots.pop_front();
        }
    }
}

impl<T> Slot<T> {
    /// The value, for one of those who listen; the last gets the slot's own.
    fn give(&mut self) -> Arc<T> {
        self.remaining -= 1;
        let value = match self.remaining {
            0 => self.value.take(),
            _ => self.value.clone(),
        };
        value.expect("kept while somebody remains")
    }
}
