//! Exercise `pinning/notify`: tasks wait in a list, and each node of the list lies
//! inside the future that waits.
//!
//! `push`, `pop_first` and `notify_one` are complete. Read them first.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Something that happens, and that tasks can wait for. Clones are handles to the
/// same `Notify`.
#[derive(Clone, Default)]
pub struct Notify(Rc<List>);

/// All waiters that are listed, the longest-waiting one first.
///
/// N1: each node in the list is pinned and alive, because a node that is
/// `Listed` leaves the list before it is dropped.
struct List {
    first: Cell<*const Node>,
    last: Cell<*const Node>,
    len: Cell<usize>,
    /// `notify_one` was called while the list was empty.
    permit: Cell<bool>,
}

/// One waiter.
struct Node {
    /// Null for the first node.
    previous: Cell<*const Node>,
    /// Null for the last node.
    next: Cell<*const Node>,
    state: Cell<State>,
    waker: Cell<Option<Waker>>,
    /// The list points at this node, so the node must not move.
    _pinned: PhantomPinned,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// It was never polled.
    NotPolled,
    /// It is in the list.
    Listed,
    /// `notify_one` took it out of the list.
    NotifiedOne,
    /// `notify_waiters` took it out of the list.
    NotifiedAll,
    /// It returned `Ready`.
    Done,
}

impl Default for List {
    fn default() -> List {
        let (first, last) = (Cell::new(ptr::null()), Cell::new(ptr::null()));
        List { first, last, len: Cell::new(0), permit: Cell::new(false) }
    }
}

impl List {
    /// Puts a node at the end of the list.
    fn push(&self, node: Pin<&Node>) {
        let last = self.last.replace(ptr::from_ref(node.get_ref()));
        node.previous.set(last);
        node.next.set(ptr::null());
        node.state.set(State::Listed);
        self.next_of(last).set(self.last.get());
        self.len.set(self.len.get() + 1);
    }

    /// Takes the first node out of the list.
    fn pop_first(&self) -> Option<&Node> {
        // SAFETY: N1.
        let node = unsafe { self.first.get().as_ref() }?;
        self.first.set(node.next.get());
        self.previous_of(node.next.get()).set(ptr::null());
        self.len.set(self.len.get() - 1);
        Some(node)
    }

    /// The pointer that leads to the node after `node`. For null, it is `first`.
    fn next_of(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: N1.
        unsafe { node.as_ref() }.map_or(&self.first, |node| &node.next)
    }

    /// The pointer that leads to the node before `node`. For null, it is `last`.
    fn previous_of(&self, node: *const Node) -> &Cell<*const Node> {
        // SAFETY: N1.
        unsafe { node.as_ref() }.map_or(&self.last, |node| &node.previous)
    }
}

impl Notify {
    /// Creates a `Notify` without waiters.
    pub fn new() -> Notify {
        Notify::default()
    }

    /// Notifies the task that has waited longest. Without waiters, it leaves one
    /// permit, and the next waiter is ready at its first poll.
    pub fn notify_one(&self) {
        let Some(node) = self.0.pop_first() else {
            self.0.permit.set(true);
            return;
        };
        node.state.set(State::NotifiedOne);
        if let Some(waker) = node.waker.take() {
            // The last step: a waker runs unknown code, which may drop the node.
            waker.wake();
        }
    }

    /// Notifies all tasks that wait now, in the order in which they began to wait.
    ///
    /// A task that begins to wait during this call is not notified. Without waiters,
    /// nothing happens, and no permit is left.
    pub fn notify_waiters(&self) {
        let _ = State::NotifiedAll;
        todo!("notify the {} waiters of the list", self.0.len.get())
    }

    /// Waits for a notification. Tasks wait in the order of their first polls.
    ///
    /// Cancel safe: if a waiter is dropped after `notify_one` chose it, the
    /// notification goes to the next waiter.
    pub fn notified(&self) -> Notified {
        let node = Node {
            previous: Cell::new(ptr::null()),
            next: Cell::new(ptr::null()),
            state: Cell::new(State::NotPolled),
            waker: Cell::new(None),
            _pinned: PhantomPinned,
        };
        Notified { list: Rc::clone(&self.0), node }
    }

    /// How many tasks wait.
    pub fn len(&self) -> usize {
        self.0.len.get()
    }

    /// Whether no task waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A future that is ready after a notification. Made by [`Notify::notified`].
pub struct Notified {
    list: Rc<List>,
    node: Node,
}

impl Future for Notified {
    type Output = ();

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_ref().get_ref();
        // The first step: cloning a waker runs unknown code, which may notify us.
        this.node.waker.set(Some(cx.waker().clone()));
        match this.node.state.get() {
            State::NotPolled if this.list.permit.replace(false) => {}
            State::NotPolled => {
                // SAFETY: the node is pinned with the whole. `Notified` is not `Unpin`,
                // never hands out a `&mut Node`, and does not move it in `drop`.
                let node = unsafe { self.as_ref().map_unchecked(|this| &this.node) };
                this.list.push(node);
                return Poll::Pending;
            }
            State::Listed => return Poll::Pending,
            State::NotifiedOne | State::NotifiedAll => {}
            State::Done => panic!("`Notified` polled after completion"),
        }
        this.node.state.set(State::Done);
        this.node.waker.set(None);
        Poll::Ready(())
    }
}

impl Drop for Notified {
    /// Keeps N1, and passes on a notification that this waiter did not use.
    fn drop(&mut self) {
        // Empty so far. A node that is still listed must leave the list here, from
        // the front, the middle or the end. A panic in `drop` would end the tests.
    }
}
