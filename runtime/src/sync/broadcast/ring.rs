//! The values that a broadcast channel keeps, by number.

use crate::primitives::{Arc, Mutex};
use std::collections::VecDeque;

/// A value that several receivers share. They clone it one after the other,
/// under this lock, so a value need not be `Sync`.
pub(super) type Value<T> = Arc<Mutex<T>>;

pub(crate) struct Ring<T> {
    slots: VecDeque<Slot<T>>,
    capacity: usize,
    /// The number of the value that is sent next. The last slot has the number
    /// before it.
    next: u64,
    senders: usize,
    weak_senders: usize,
    receivers: usize,
}

struct Slot<T> {
    /// `None` once all receivers that existed when it was sent have taken it.
    value: Option<Value<T>>,
    remaining: usize,
}

/// What a receiver finds.
pub(super) enum Taken<T> {
    Value(Value<T>),
    /// This many values were dropped before the receiver took them.
    Missed(u64),
    Nothing,
    Closed,
}

impl<T> Ring<T> {
    /// A ring with one sender.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            // It grows when needed, because a capacity is often a generous
            // guess.
            slots: VecDeque::new(),
            capacity,
            next: 0,
            senders: 1,
            weak_senders: 0,
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

    pub(super) fn weak_senders(&self) -> usize {
        self.weak_senders
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

    pub(super) fn add_weak_sender(&mut self) {
        self.weak_senders += 1;
    }

    pub(super) fn remove_weak_sender(&mut self) {
        self.weak_senders -= 1;
    }

    /// Keeps a value for the receivers, if there are any. Returns how many there
    /// are, and the oldest value if it had to make space.
    pub(super) fn push(&mut self, value: &Value<T>) -> Option<(usize, Option<Value<T>>)> {
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

    /// Adds a receiver. Returns the number of the first value that it gets.
    pub(super) fn subscribe(&mut self) -> u64 {
        self.receivers += 1;
        self.next
    }

    /// Removes a receiver that has seen all values before `next`. Returns the
    /// values that it has not seen. The caller drops them without the lock,
    /// because it may be the last that holds them.
    pub(super) fn unsubscribe(&mut self, next: u64) -> Vec<Value<T>> {
        self.receivers -= 1;
        let kept = self.sent_since(next.max(self.oldest()));
        let kept = usize::try_from(kept).expect("at most as many as there are slots");
        let seen = self.slots.len() - kept;
        let unseen = self.slots.iter_mut().skip(seen);
        let unseen = unseen.map(Slot::take).collect();
        self.trim();
        unseen
    }

    /// How many values were sent from the number `next` on. Some of them may
    /// have been dropped.
    pub(super) fn sent_since(&self, next: u64) -> u64 {
        self.next - next
    }

    /// Whether a receiver whose number is `next` finds something.
    pub(super) fn has_news_for(&self, next: u64) -> bool {
        next < self.next || self.is_closed()
    }

    /// Takes what there is for a receiver whose number is `next`, and moves the
    /// number on.
    pub(super) fn take(&mut self, next: &mut u64) -> Taken<T> {
        let oldest = self.oldest();
        if *next < oldest {
            let missed = oldest - *next;
            *next = oldest;
            return Taken::Missed(missed);
        }
        let index = usize::try_from(*next - oldest).expect("at most as many as there are slots");
        let Some(slot) = self.slots.get_mut(index) else {
            return if self.is_closed() {
                Taken::Closed
            } else {
                Taken::Nothing
            };
        };
        let value = slot.take();
        *next += 1;
        self.trim();
        Taken::Value(value)
    }

    /// Removes the oldest slots as long as all receivers have taken their
    /// values.
    fn trim(&mut self) {
        while self.slots.front().is_some_and(|slot| slot.value.is_none()) {
            self.slots.pop_front();
        }
    }
}

impl<T> Slot<T> {
    /// The value for one more receiver. The last receiver gets the slot's own
    /// handle.
    fn take(&mut self) -> Value<T> {
        self.remaining -= 1;
        let value = match self.remaining {
            0 => self.value.take(),
            _ => self.value.clone(),
        };
        value.expect("the slot keeps the value until the last receiver takes it")
    }
}
