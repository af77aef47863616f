//! The links of a wait list: a doubly linked list of nodes that others own.

use super::{Entry, Node};
use std::ptr;

pub(super) struct Links<D> {
    pub(super) first: *const Node<D>,
    pub(super) last: *const Node<D>,
}

// SAFETY: WL1: only the lock's holder follows the pointers, and it reaches data
// and wakers, which may change threads.
unsafe impl<D: Send> Send for Links<D> {}

/// Lends the entry of a node to `code`.
///
/// # Safety
/// The node is alive, and the caller may touch its entry: it holds the list's
/// lock (WL1), or it is the waiter and is not queued (WL3).
pub(super) unsafe fn with<D, R>(node: *const Node<D>, code: impl FnOnce(&mut Entry<D>) -> R) -> R {
    // SAFETY: the caller's promise. `code` keeps the reference only while it
    // runs.
    unsafe { (*node).entry.with_mut(|entry| code(&mut *entry)) }
}

impl<D> Links<D> {
    pub(super) const fn new() -> Self {
        Self {
            first: ptr::null(),
            last: ptr::null(),
        }
    }

    /// Links a node at the end.
    ///
    /// # Safety
    /// The caller holds the lock. The node is alive, pinned and not listed.
    pub(super) unsafe fn push_back(&mut self, node: *const Node<D>) {
        // SAFETY: the caller's promise for `node`. The last node is listed, so
        // it is alive (WL2), and we hold the lock (WL1).
        unsafe {
            with(node, |entry| {
                entry.previous = self.last;
                entry.next = ptr::null();
            });
            if self.last.is_null() {
                self.first = node;
            } else {
                with(self.last, |last| last.next = node);
            }
        }
        self.last = node;
    }

    /// Unlinks a node.
    ///
    /// # Safety
    /// The caller holds the lock. The node is listed here.
    pub(super) unsafe fn remove(&mut self, node: *const Node<D>) {
        // SAFETY: the node and its neighbours are listed, so they are alive
        // (WL2), and we hold the lock (WL1).
        unsafe {
            let (previous, next) = with(node, |entry| (entry.previous, entry.next));
            if previous.is_null() {
                self.first = next;
            } else {
                with(previous, |entry| entry.next = next);
            }
            if next.is_null() {
                self.last = previous;
            } else {
                with(next, |entry| entry.previous = previous);
            }
        }
    }
}
