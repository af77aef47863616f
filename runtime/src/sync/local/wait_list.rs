//! The wait list for one thread: nodes in a slab, linked by their indexes. It
//! needs no `unsafe`, and allocates only when more tasks wait than ever before.
//!
//! It returns wakers and calls none. The primitive keeps the list in a `RefCell`,
//! and ends the borrow before it wakes or drops a waker.

use slab::Slab;
use std::task::Waker;

/// The end of the list, in either direction.
const NONE: usize = usize::MAX;

/// The key of a waiter, until [`LocalWaitList::remove`] takes it out.
#[derive(Debug)]
pub(super) struct Key(usize);

pub(super) struct LocalWaitList<D> {
    nodes: Slab<Node<D>>,
    first: usize,
    last: usize,
}

struct Node<D> {
    next: usize,
    previous: usize,
    /// `None` after the node was dequeued.
    waker: Option<Waker>,
    dequeued: bool,
    data: D,
}

impl<D: Copy> LocalWaitList<D> {
    pub(super) const fn new() -> Self {
        Self {
            nodes: Slab::new(),
            first: NONE,
            last: NONE,
        }
    }

    /// The data of the waiter that has waited longest.
    pub(super) fn first(&self) -> Option<D> {
        self.nodes.get(self.first).map(|first| first.data)
    }

    /// The data of the waiter that came last.
    pub(super) fn last(&self) -> Option<D> {
        self.nodes.get(self.last).map(|last| last.data)
    }

    /// Begins to wait under a new key. If there is a key already, stores the
    /// new waker and returns the old one, which the caller drops.
    pub(super) fn wait(&mut self, key: &mut Option<Key>, data: D, waker: Waker) -> Option<Waker> {
        if let Some(Key(key)) = *key {
            return self.nodes[key].waker.replace(waker);
        }
        let new = self.nodes.insert(Node {
            next: NONE,
            previous: self.last,
            waker: Some(waker),
            dequeued: false,
            data,
        });
        match self.nodes.get_mut(self.last) {
            Some(last) => last.next = new,
            None => self.first = new,
        }
        self.last = new;
        *key = Some(Key(new));
        None
    }

    /// Ends the wait of the first waiter, which gets `data`. The caller wakes
    /// the waker.
    pub(super) fn dequeue_first(&mut self, data: D) -> Option<Waker> {
        self.dequeue(self.first, data)
    }

    /// Ends the wait of the last waiter, which gets `data`. The caller wakes
    /// the waker.
    pub(super) fn dequeue_last(&mut self, data: D) -> Option<Waker> {
        self.dequeue(self.last, data)
    }

    fn dequeue(&mut self, key: usize, data: D) -> Option<Waker> {
        self.unlink(key);
        let node = &mut self.nodes[key];
        node.data = data;
        node.dequeued = true;
        node.waker.take()
    }

    /// Returns the data that the waiter got, if it has been dequeued.
    pub(super) fn dequeued(&self, key: &Key) -> Option<D> {
        let node = &self.nodes[key.0];
        node.dequeued.then_some(node.data)
    }

    /// Whether the stored waker wakes the same task as `waker`.
    pub(super) fn has_waker(&self, key: &Key, waker: &Waker) -> bool {
        let stored = self.nodes[key.0].waker.as_ref();
        stored.is_some_and(|stored| stored.will_wake(waker))
    }

    /// Removes a waiter. Returns what it got, if it has been dequeued, and its
    /// waker, which the caller drops.
    pub(super) fn remove(&mut self, &Key(key): &Key) -> (Option<D>, Option<Waker>) {
        if !self.nodes[key].dequeued {
            self.unlink(key);
        }
        let node = self.nodes.remove(key);
        (node.dequeued.then_some(node.data), node.waker)
    }

    fn unlink(&mut self, key: usize) {
        let &Node { next, previous, .. } = &self.nodes[key];
        match self.nodes.get_mut(previous) {
            Some(previous) => previous.next = next,
            None => self.first = next,
        }
        match self.nodes.get_mut(next) {
            Some(next) => next.previous = previous,
            None => self.last = previous,
        }
    }
}
