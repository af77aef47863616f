//! The wait list: tasks that wait for something of `sync`, first come, first
//! served.
//!
//! A [`WaitList`] is a state and a linked list of waiters behind one short
//! lock. A [`Waiter`] is one waiter. Its node lies inside the future that waits,
//! so waiting allocates nothing. An intrusive list like this needs two
//! promises, and `Pin` gives both: a future does not move once it has been
//! polled, and it is dropped before its memory is used again.
//!
//! ```text
//!                         1              2
//! Waiter::new ──▶ idle ──────▶ listed ──────▶ dequeued
//!                 ▲  ▲           │               │
//!                 │  └──── 3 ────┘               │
//!                 └─────────── 4, 5 ─────────────┘
//! ```
//!
//! 1. [`Waiter::poll`] asks `condition` whether the waiter has to wait. If it has to,
//!    `poll` links the node at the end of the list. If not, `poll` is ready and
//!    the node stays idle.
//! 2. [`LockedList::dequeue_first`] or [`dequeue_last`](LockedList::dequeue_last)
//!    unlinks the node, writes the result into its `data` and takes its waker.
//! 3. [`Waiter::cancel`] (also on drop) or [`Waiter::finish`] unlinks a node that is
//!    still listed. `cancel` tells the primitive.
//! 4. [`Waiter::poll`] sees that the node was dequeued, and is ready.
//! 5. `cancel` or `finish` comes before that poll. `cancel` tells the primitive,
//!    which gives the result to another waiter.
//!
//! User code (a waker's `clone`, `wake` or `drop`) never runs under the lock:
//! [`WaitList::dequeue_and_wake`] moves wakers into a batch of fixed size, unlocks, wakes
//! them, and comes back for more.
//!
//! The `unsafe` code of all waiting in `sync` is in this module. It relies on
//! the invariants that stand on [`WaitList`].

mod links;
mod waiter;

pub(crate) use waiter::{Waiter, wait};

use crate::{
    primitives::{self, Mutex, MutexGuard, UnsafeCell},
    taskdump::Resource,
    unwind,
};
use links::{Links, with};
use std::{
    marker::PhantomPinned,
    ops::{Deref, DerefMut},
    sync::Arc,
    task::Waker,
};

/// How many wakers [`WaitList::dequeue_and_wake`] takes each time it holds the lock. Two
/// under loom, so that its models go round more than once.
const BATCH: usize = if cfg!(any(loom, shuttle)) { 2 } else { 16 };

/// Something that tasks wait for.
///
/// # Safety
/// [`wait_list`](Self::wait_list) returns the same list each time (invariant
/// WL5).
pub(crate) unsafe trait Primitive {
    /// What the lock guards besides the list.
    type State;
    /// The request of a waiter and, after it was dequeued, its result.
    type Data: Copy;

    fn wait_list(&self) -> &WaitList<Self::State, Self::Data>;

    /// A waiter was dropped before it returned. If it had been dequeued, another
    /// waiter should get its result. If it was still listed, the waiters after it
    /// may be able to go on now.
    fn cancelled(&self, locked: LockedList<'_, Self::State, Self::Data>, data: Self::Data);
}

/// How a [`Waiter`] holds what it waits for: by reference or by `Arc`.
///
/// # Safety
/// `deref` returns the same value each time, and that value does not move when
/// the handle does.
pub(crate) unsafe trait PrimitiveRef: Deref<Target: Primitive> {}

// SAFETY: a reference points to one value, wherever the reference is.
unsafe impl<O: Primitive> PrimitiveRef for &O {}
// SAFETY: the value of an `Arc` lies in the heap and does not move.
unsafe impl<O: Primitive> PrimitiveRef for Arc<O> {}

/// A state, and the tasks that wait for it to change.
///
/// Invariants:
///
/// - **WL1** The lock guards the state, the links and the [`Entry`] of every
///   node that is listed or dequeued. Only the lock's holder touches them.
/// - **WL2** A listed node is alive and pinned. Its `Waiter` unlinks it under the
///   lock before it is dropped.
/// - **WL3** While `queued` of a [`Waiter`] is false, the node is idle, and nothing
///   else points to it. Then the waiter may touch its entry without the lock.
/// - **WL4** `entry.dequeued` is false while the node is listed, and true once
///   it was dequeued. While `queued` is true, the node is listed or dequeued.
/// - **WL5** A waiter finds the same list at every call (see [`Primitive`] and
///   [`PrimitiveRef`]), so it leaves the list that it is in.
pub(crate) struct WaitList<S, D> {
    resource: Resource,
    inner: Mutex<Inner<S, D>>,
}

struct Inner<S, D> {
    state: S,
    links: Links<D>,
}

// ANCHOR: node
struct Node<D> {
    /// Guarded by the list's lock while the node is in the list.
    entry: UnsafeCell<Entry<D>>,
    /// The list points here.
    _pinned: PhantomPinned,
}

struct Entry<D> {
    next: *const Node<D>,
    previous: *const Node<D>,
    /// `None` after the node was dequeued.
    waker: Option<Waker>,
    dequeued: bool,
    data: D,
}
// ANCHOR_END: node

// SAFETY: an entry holds data, a waker and links. Wakers are `Send`, and the
// links are only followed under the lock (WL1).
unsafe impl<D: Send> Send for Node<D> {}
// SAFETY: threads that share a node touch it one at a time (WL1, WL3).
unsafe impl<D: Send> Sync for Node<D> {}

/// The lock of a [`WaitList`], held. It derefs to the state.
pub(crate) struct LockedList<'a, S, D>(MutexGuard<'a, Inner<S, D>>);

/// The waker of a dequeued waiter, for [`WaitList::dequeue_and_wake`] to wake.
#[must_use]
pub(crate) struct DequeuedWaker(Option<Waker>);

impl<S, D: Copy> WaitList<S, D> {
    const_unless_loom! {
        pub(crate) const fn new(state: S, resource: Resource) -> Self {
            let links = Links::new();
            Self {
                resource,
                inner: Mutex::new(Inner { state, links }),
            }
        }
    }

    pub(crate) fn lock(&self) -> LockedList<'_, S, D> {
        LockedList(primitives::lock(&self.inner))
    }

    /// Calls `next` under the lock until it dequeues no more waiters, and wakes
    /// the dequeued ones without the lock.
    pub(crate) fn dequeue_and_wake<'a>(
        &'a self,
        mut locked: LockedList<'a, S, D>,
        mut next: impl FnMut(&mut LockedList<'a, S, D>) -> Option<DequeuedWaker>,
    ) {
        let Some(DequeuedWaker(first)) = next(&mut locked) else {
            // The usual case: no task waits, so no batch has to be set up.
            return;
        };
        let mut batch: [Option<Waker>; BATCH] = [const { None }; BATCH];
        batch[0] = first;
        let mut filled = 1;
        loop {
            while filled < BATCH
                && let Some(DequeuedWaker(waker)) = next(&mut locked)
            {
                batch[filled] = waker;
                filled += 1;
            }
            drop(locked);
            let wakers = batch[..filled].iter_mut();
            wakers.filter_map(Option::take).for_each(unwind::wake);
            if filled < BATCH {
                return;
            }
            filled = 0;
            locked = self.lock();
        }
    }
}

impl<S, D: Copy> LockedList<'_, S, D> {
    /// The data of the waiter that has waited longest.
    pub(crate) fn first(&self) -> Option<D> {
        let first = self.0.links.first;
        // SAFETY: WL1, WL2: we hold the lock, and a listed node is alive.
        (!first.is_null()).then(|| unsafe { with(first, |entry| entry.data) })
    }

    /// The data of the waiter that came last.
    pub(crate) fn last(&self) -> Option<D> {
        let last = self.0.links.last;
        // SAFETY: WL1, WL2: we hold the lock, and a listed node is alive.
        (!last.is_null()).then(|| unsafe { with(last, |entry| entry.data) })
    }

    /// Ends the wait of the first waiter, which gets `data`.
    ///
    /// # Panics
    /// If no waiter is listed.
    pub(crate) fn dequeue_first(&mut self, data: D) -> DequeuedWaker {
        self.dequeue_node(self.0.links.first, data)
    }

    /// Ends the wait of the last waiter, which gets `data`.
    ///
    /// # Panics
    /// If no waiter is listed.
    pub(crate) fn dequeue_last(&mut self, data: D) -> DequeuedWaker {
        self.dequeue_node(self.0.links.last, data)
    }

    /// `node` is the first or the last of the list. It is null if the list is
    /// empty.
    fn dequeue_node(&mut self, node: *const Node<D>, data: D) -> DequeuedWaker {
        assert!(!node.is_null(), "a waiter is listed");
        // SAFETY: WL1, WL2: we hold the lock, and the node is listed, so it is
        // alive.
        unsafe {
            self.0.links.remove(node);
            with(node, |entry| {
                entry.data = data;
                entry.dequeued = true;
                DequeuedWaker(entry.waker.take())
            })
        }
    }
}

impl<S, D> Deref for LockedList<'_, S, D> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0.state
    }
}

impl<S, D> DerefMut for LockedList<'_, S, D> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0.state
    }
}
