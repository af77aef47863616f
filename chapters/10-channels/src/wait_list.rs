// ANCHOR: head
//! A list of waiting tasks. Each node of the list lies inside the future that waits.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::task::Waker;
// ANCHOR_END: head

// ANCHOR: node
/// The waiting tasks, the one that came first at the front.
///
/// L1: a node in the list is alive. It was pinned before it was added, and the future
/// around it removes it before it is dropped.
///
/// L2: the cells of a list and of its nodes are only used under the lock of their
/// `Semaphore`.
pub(crate) struct WaitList {
    first: Cell<*const Node>,
    last: Cell<*const Node>,
}

pub(crate) struct Node {
    previous: Cell<*const Node>,
    next: Cell<*const Node>,
    pub(crate) state: Cell<State>,
    pub(crate) waker: Cell<Option<Waker>>,
    /// Makes the node `!Unpin`, because the list points to it.
    _pinned: PhantomPinned,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    NotPolled,
    Listed,
    /// It was taken out of the list, and owns a permit.
    Granted,
    /// It was taken out of the list, because the semaphore was closed.
    Refused,
    Done,
}
// ANCHOR_END: node

// ANCHOR: send
// SAFETY: L2. Only one thread holds the lock, and a `Waker` may be used by any thread.
unsafe impl Send for WaitList {}
// SAFETY: L2, as above.
unsafe impl Send for Node {}
// SAFETY: L2, as above.
unsafe impl Sync for Node {}
// ANCHOR_END: send

// ANCHOR: push
impl WaitList {
    /// Adds a node at the end of the list. The future that contains the node must
    /// remove it before the node is dropped.
    pub(crate) fn push(&self, node: Pin<&Node>) {
        let last = self.last.replace(ptr::from_ref(node.get_ref()));
        node.previous.set(last);
        node.next.set(ptr::null());
        node.state.set(State::Listed);
        self.next_of(last).set(self.last.get());
    }

    /// Removes a node that is in the list.
    pub(crate) fn remove(&self, node: &Node) {
        self.next_of(node.previous.get()).set(node.next.get());
        self.previous_of(node.next.get()).set(node.previous.get());
    }

    /// Takes the first node out of the list and gives it a new state. The caller wakes
    /// the waker after it has released the lock.
    pub(crate) fn pop(&self, state: State) -> Option<Waker> {
        // SAFETY: L1: every node in the list is alive.
        let node = unsafe { self.first.get().as_ref() }?;
        self.remove(node);
        node.state.set(state);
        node.waker.take()
    }
}
// ANCHOR_END: push

// ANCHOR: rest
impl WaitList {
    pub(crate) fn new() -> WaitList {
        WaitList { first: Cell::new(ptr::null()), last: Cell::new(ptr::null()) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.get().is_null()
    }

    /// The cell that points to the node after `node`, or to the first node if `node`
    /// is null.
    fn next_of(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: L1: every node in the list is alive.
        unsafe { node.as_ref() }.map_or(&self.first, |node| &node.next)
    }

    /// The cell that points to the node before `node`, or to the last node if `node`
    /// is null.
    fn previous_of(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: L1: every node in the list is alive.
        unsafe { node.as_ref() }.map_or(&self.last, |node| &node.previous)
    }
}

impl Node {
    pub(crate) fn new() -> Node {
        let null = || Cell::new(ptr::null());
        let (state, waker) = (Cell::new(State::NotPolled), Cell::new(None));
        Node { previous: null(), next: null(), state, waker, _pinned: PhantomPinned }
    }
}
// ANCHOR_END: rest
