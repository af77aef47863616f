// ANCHOR: node
//! Something that can be waited for, by any number, without an allocation: who
//! waits is a node of a list, and the node lies inside the future that waits.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Lets one go on of those who wait, the first one first; if nobody waits, the
/// next who comes. A handle: copies of it are the same.
#[derive(Clone)]
pub struct Notify(Rc<List>);

struct List {
    first: Cell<*const Node>,
    last: Cell<*const Node>,
    /// Somebody was notified before anybody waited.
    permit: Cell<bool>,
}

struct Node {
    previous: Cell<*const Node>,
    next: Cell<*const Node>,
    state: Cell<State>,
    waker: Cell<Option<Waker>>,
    /// The list points here.
    _pinned: PhantomPinned,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not polled yet.
    Idle,
    /// In the list.
    Listed,
    /// Out of the list again, and has not heard of it.
    Notified,
    Over,
}
// ANCHOR_END: node

// ANCHOR: list
impl List {
    /// Puts a node at the end. It stays there until it is taken out by somebody or
    /// removed by its owner, who does so before it is dropped.
    fn push(&self, node: Pin<&Node>) {
        let last = self.last.replace(ptr::from_ref(node.get_ref()));
        node.previous.set(last);
        node.next.set(ptr::null());
        node.state.set(State::Listed);
        self.after(last).set(self.last.get());
    }

    /// Takes a node out that is in the list.
    fn remove(&self, node: &Node) {
        self.after(node.previous.get()).set(node.next.get());
        self.before(node.next.get()).set(node.previous.get());
    }

    /// Where it says what comes behind `node`; for null, what comes first.
    fn after(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: a node in the list is alive. It was pinned when it came in, so it is
        // dropped before its memory is used for anything else, and then it is removed.
        unsafe { node.as_ref() }.map_or(&self.first, |node| &node.next)
    }

    /// Where it says what comes before `node`; for null, what comes last.
    fn before(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: as in `after`.
        unsafe { node.as_ref() }.map_or(&self.last, |node| &node.previous)
    }
}
// ANCHOR_END: list

// ANCHOR: notify
impl Notify {
    /// Nobody waits.
    pub fn new() -> Notify {
        let nobody = || Cell::new(ptr::null());
        Notify(Rc::new(List {
            first: nobody(),
            last: nobody(),
            permit: Cell::new(false),
        }))
    }

    /// Lets the one go on that has waited longest, or the next one that comes. Two
    /// notices before anybody comes are as good as one.
    pub fn notify_one(&self) {
        // SAFETY: as in `List::after`.
        let Some(node) = (unsafe { self.0.first.get().as_ref() }) else {
            self.0.permit.set(true);
            return;
        };
        self.0.remove(node);
        node.state.set(State::Notified);
        if let Some(waker) = node.waker.take() {
            // Last, for what a waker does is not known: the node may be gone by then.
            waker.wake();
        }
    }

    /// Waits to be notified. Who is polled first waits in front.
    ///
    /// Cancel safe: a notice for one that is dropped is the next one's.
    pub fn notified(&self) -> Notified {
        let null = || Cell::new(ptr::null());
        let (state, waker) = (Cell::new(State::Idle), Cell::new(None));
        let node =
            Node { previous: null(), next: null(), state, waker, _pinned: PhantomPinned };
        Notified { list: Rc::clone(&self.0), node }
    }

    /// Where those who wait are in memory, in the order of the list.
    pub fn waiting(&self) -> Vec<*const ()> {
        let mut nodes = Vec::new();
        let mut node = self.0.first.get();
        while !node.is_null() {
            nodes.push(node.cast());
            node = self.0.after(node).get();
        }
        nodes
    }
}

impl Default for Notify {
    fn default() -> Notify {
        Notify::new()
    }
}
// ANCHOR_END: notify

// ANCHOR: notified
/// Ready when it is notified. Made by [`Notify::notified`].
pub struct Notified {
    list: Rc<List>,
    node: Node,
}

impl Future for Notified {
    type Output = ();

    /// # Panics
    ///
    /// When polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_ref().get_ref();
        // First: the clone is a stranger's code, and whatever it does is then seen.
        this.node.waker.set(Some(cx.waker().clone()));
        match this.node.state.get() {
            State::Idle if this.list.permit.replace(false) => {}
            State::Idle => {
                // SAFETY: the node is pinned with the whole, which gives nobody a `&mut`
                // to it, is not `Unpin`, and does not move it in `drop`.
                let node = unsafe { self.as_ref().map_unchecked(|this| &this.node) };
                this.list.push(node);
                return Poll::Pending;
            }
            State::Listed => return Poll::Pending,
            State::Notified => {}
            State::Over => panic!("`Notified` polled after completion"),
        }
        this.node.state.set(State::Over);
        this.node.waker.set(None);
        Poll::Ready(())
    }
}

impl Drop for Notified {
    fn drop(&mut self) {
        match self.node.state.get() {
            State::Listed => self.list.remove(&self.node),
            // It was told and did not come to hear it: then the next one is told.
            State::Notified => Notify(Rc::clone(&self.list)).notify_one(),
            State::Idle | State::Over => {}
        }
    }
}
// ANCHOR_END: notified
