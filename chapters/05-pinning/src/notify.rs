// ANCHOR: head
//! A notification that many tasks can wait for without an allocation. Each
//! waiting future contains a node, and the nodes form a list.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
// ANCHOR_END: head

// ANCHOR: node
/// Wakes one waiting task for each notification. It is a handle: its clones are
/// the same `Notify`.
#[derive(Clone)]
pub struct Notify(Rc<List>);

struct List {
    first: Cell<*const Node>,
    last: Cell<*const Node>,
    /// A notification that came when no task was waiting.
    permit: Cell<bool>,
}

struct Node {
    previous: Cell<*const Node>,
    next: Cell<*const Node>,
    state: Cell<State>,
    waker: Cell<Option<Waker>>,
    /// Makes the node `!Unpin`, because the list points to it.
    _pinned: PhantomPinned,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotPolled,
    Listed,
    Notified,
    Done,
}
// ANCHOR_END: node

// ANCHOR: push
impl List {
    /// Adds a node at the end of the list. Its owner removes it before it is
    /// dropped.
    fn push(&self, node: Pin<&Node>) {
        let last = self.last.replace(ptr::from_ref(node.get_ref()));
        node.previous.set(last);
        node.next.set(ptr::null());
        node.state.set(State::Listed);
        self.next_of(last).set(self.last.get());
    }

    /// The cell with the pointer to the node after `node`. For null: to the first.
    fn next_of(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: N1 (see `Notified`): every node in the list is alive.
        unsafe { node.as_ref() }.map_or(&self.first, |node| &node.next)
    }
    // ANCHOR_END: push

    // ANCHOR: remove
    /// Removes a node that is in the list.
    fn remove(&self, node: &Node) {
        self.next_of(node.previous.get()).set(node.next.get());
        self.previous_of(node.next.get()).set(node.previous.get());
    }

    /// The cell with the pointer to the node before `node`. For null: to the last.
    fn previous_of(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: N1: every node in the list is alive.
        unsafe { node.as_ref() }.map_or(&self.last, |node| &node.previous)
    }
}
// ANCHOR_END: remove

// ANCHOR: notify
impl Notify {
    /// Wakes the task that has waited longest. If no task waits, the next one
    /// that waits is ready at once. Two such notifications count as one.
    pub fn notify_one(&self) {
        // SAFETY: N1: every node in the list is alive.
        let Some(node) = (unsafe { self.0.first.get().as_ref() }) else {
            self.0.permit.set(true);
            return;
        };
        self.0.remove(node);
        node.state.set(State::Notified);
        if let Some(waker) = node.waker.take() {
            // Do this last: a waker runs foreign code, which may drop the node.
            waker.wake();
        }
    }
    // ANCHOR_END: notify

    // ANCHOR: new
    /// No task waits, and there was no notification.
    pub fn new() -> Notify {
        let null = || Cell::new(ptr::null());
        Notify(Rc::new(List { first: null(), last: null(), permit: Cell::new(false) }))
    }

    /// Waits for a notification. Tasks are notified in the order of their first
    /// polls.
    ///
    /// Cancel safe: a notification for a dropped future goes to the next one.
    pub fn notified(&self) -> Notified {
        let null = || Cell::new(ptr::null());
        let (state, waker) = (Cell::new(State::NotPolled), Cell::new(None));
        let node =
            Node { previous: null(), next: null(), state, waker, _pinned: PhantomPinned };
        Notified { list: Rc::clone(&self.0), node }
    }

    /// The addresses of the nodes, in the order of the list.
    pub fn waiting(&self) -> Vec<*const ()> {
        let mut nodes = Vec::new();
        let mut node = self.0.first.get();
        while !node.is_null() {
            nodes.push(node.cast());
            node = self.0.next_of(node).get();
        }
        nodes
    }
}

impl Default for Notify {
    fn default() -> Notify {
        Notify::new()
    }
}
// ANCHOR_END: new

// ANCHOR: notified
/// Ready after a notification. Made by [`Notify::notified`].
///
/// N1: a node in the list is alive. It was pinned before it was added, so its
/// memory is not used for anything else before its destructor has run, and that
/// destructor removes it from the list.
pub struct Notified {
    list: Rc<List>,
    node: Node,
}

impl Future for Notified {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_ref().get_ref();
        // Store the waker first. `clone` runs foreign code, which may notify us.
        this.node.waker.set(Some(cx.waker().clone()));
        match this.node.state.get() {
            State::NotPolled if this.list.permit.replace(false) => {}
            State::NotPolled => {
                // SAFETY: rules 1 to 4 of projection hold for `node`.
                let node = unsafe { self.as_ref().map_unchecked(|this| &this.node) };
                this.list.push(node);
                return Poll::Pending;
            }
            State::Listed => return Poll::Pending,
            State::Notified => {}
            State::Done => panic!("`Notified` polled after completion"),
        }
        this.node.state.set(State::Done);
        this.node.waker.set(None);
        Poll::Ready(())
    }
}
// ANCHOR_END: notified

// ANCHOR: drop
impl Drop for Notified {
    fn drop(&mut self) {
        match self.node.state.get() {
            State::Listed => self.list.remove(&self.node),
            // This future was notified and never polled again. Notify the next.
            State::Notified => Notify(Rc::clone(&self.list)).notify_one(),
            State::NotPolled | State::Done => {}
        }
    }
}
// ANCHOR_END: drop
