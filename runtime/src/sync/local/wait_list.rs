//! Who waits, first come first: nodes in a slab, linked by their numbers. So
//! it needs no `unsafe`, and allocates only when more wait than ever before.
//!
//! It hands wakers out and calls none: whoever has the list in a `RefCell`
//! gives it back before it wakes or drops one.

use slab::Slab;
use std::task::Waker;

const NOBODY: usize = usize::MAX;

/// Names a waiter until [`WaitList::remove`] takes it.
#[derive(Debug)]
pub(super) struct Key(usize);

pub(super) struct WaitList<N> {
    waiters: Slab<Waiter<N>>,
    first: usize,
    last: usize,
}

struct Waiter<N> {
    next: usize,
    previous: usize,
    /// `None` once released.
    waker: Option<Waker>,
    released: bool,
    note: N,
}

impl<N: Copy> WaitList<N> {
    pub(super) const fn new() -> Self {
        Self {
            waiters: Slab::new(),
            first: NOBODY,
            last: NOBODY,
        }
    }

    /// What the first in the list asks for.
    pub(super) fn first(&self) -> Option<N> {
        self.waiters.get(self.first).map(|first| first.note)
    }

    /// Begins to wait under a new key, or goes on under the one that there is,
    /// with another waker; the one before is the caller's to drop.
    pub(super) fn wait(&mut self, key: &mut Option<Key>, note: N, waker: Waker) -> Option<Waker> {
        if let Some(Key(key)) = *key {
            return self.waiters[key].waker.replace(waker);
        }
        let new = self.waiters.insert(Waiter {
            next: NOBODY,
            previous: self.last,
            waker: Some(waker),
            released: false,
            note,
        });
        match self.waiters.get_mut(self.last) {
            Some(last) => last.next = new,
            None => self.first = new,
        }
        self.last = new;
        *key = Some(Key(new));
        None
    }

    /// Ends the wait of the first, which gets `note`; its waker is the
    /// caller's to wake.
    pub(super) fn release_first(&mut self, note: N) -> Option<Waker> {
        let key = self.first;
        self.unlink(key);
        let first = &mut self.waiters[key];
        first.note = note;
        first.released = true;
        first.waker.take()
    }

    /// What it got, if it has been released.
    pub(super) fn released(&self, key: &Key) -> Option<N> {
        let waiter = &self.waiters[key.0];
        waiter.released.then_some(waiter.note)
    }

    /// Whether the waker of one who waits would wake the same task.
    pub(super) fn knows(&self, key: &Key, waker: &Waker) -> bool {
        let known = self.waiters[key.0].waker.as_ref();
        known.is_some_and(|known| known.will_wake(waker))
    }

    /// Takes a waiter out, for good, with what it had got if it was released.
    pub(super) fn remove(&mut self, &Key(key): &Key) -> (Option<N>, Option<Waker>) {
        if !self.waiters[key].released {
            self.unlink(key);
        }
        let waiter = self.waiters.remove(key);
        (waiter.released.then_some(waiter.note), waiter.waker)
    }

    fn unlink(&mut self, key: usize) {
        let &Waiter { next, previous, .. } = &self.waiters[key];
        match self.waiters.get_mut(previous) {
            Some(previous) => previous.next = next,
            None => self.first = next,
        }
        match self.waiters.get_mut(next) {
            Some(next) => next.previous = previous,
            None => self.last = previous,
        }
    }
}
