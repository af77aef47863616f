//! The wait list: who waits for a thing of `sync`, first come first.
//!
//! A [`Queue`] is a state and a list behind one short lock; a [`Wait`] is one
//! waiter, and its node of the list lies inside the future that waits. Futures
//! are pinned while they are polled and are dropped before their memory is
//! used again, and that is all an intrusive list needs: waiting allocates
//! nothing. The `unsafe` of all that waits lives in this file.
//!
//! | a waiter is | its node            | comes there by            | leaves by                     |
//! |-------------|---------------------|---------------------------|-------------------------------|
//! | idle        | its own             | [`Wait::new`]             | [`Wait::poll`], unless it need not wait |
//! | listed      | the list's          | `poll`                    | [`Locked::release_first`], or its drop |
//! | released    | its own, under lock | `release_first`           | `poll`, which is ready; or its drop |
//!
//! Who releases a waiter writes what it got into its [`Note`](Waitable::Note).
//! A waiter that is dropped between its release and its poll takes that with
//! it, so [`Waitable::left`] is told, and passes it on.
//!
//! Code of a stranger (a waker's clone, wake or drop) never runs under the
//! lock: [`Queue::release`] collects wakers into a batch of fixed size, lets
//! the lock go, wakes, and comes back for more.

use crate::{
    budget,
    primitives::{self, Mutex, MutexGuard, UnsafeCell},
    trace::Label,
    unwind,
};
use pin_project_lite::pin_project;
use std::{
    future::poll_fn,
    marker::PhantomPinned,
    mem,
    ops::{Deref, DerefMut},
    pin::{Pin, pin},
    ptr,
    task::{Poll, Waker, ready},
};

/// How many are woken each time the lock is let go. Two under loom, so that
/// its models go round more than once.
const BATCH: usize = if cfg!(any(loom, shuttle)) { 2 } else { 16 };

/// A thing that can be waited for.
pub(crate) trait Waitable {
    /// What the lock guards beside the list.
    type State;
    /// What a waiter asks for and, once it is released, what it got.
    type Note: Copy;

    fn queue(&self) -> &Queue<Self::State, Self::Note>;

    /// A waiter went away before it was told that its wait was over. If it was
    /// released already, what it got belongs to somebody else now; if not,
    /// whoever stood behind it may have come to its turn.
    fn left(
        &self,
        locked: Locked<'_, Self::State, Self::Note>,
        note: Self::Note,
        was_released: bool,
    );
}

/// A state, and those who wait for it to change.
pub(crate) struct Queue<S, N> {
    made: Label,
    inner: Mutex<Inner<S, N>>,
}

struct Inner<S, N> {
    state: S,
    list: List<N>,
}

struct List<N> {
    first: *const Node<N>,
    last: *const Node<N>,
}

// ANCHOR: node
struct Node<N> {
    /// Guarded by the list's lock while the node is in the list.
    entry: UnsafeCell<Entry<N>>,
    /// The list points here.
    _pinned: PhantomPinned,
}

struct Entry<N> {
    next: *const Node<N>,
    previous: *const Node<N>,
    /// `None` after the node was released.
    waker: Option<Waker>,
    released: bool,
    note: N,
}
// ANCHOR_END: node

// SAFETY: a list is a pointer to nodes, which whoever has the list may touch;
// what is in them is notes and wakers, and wakers are `Send`.
unsafe impl<N: Send> Send for List<N> {}
// SAFETY: as above; nothing in a node knows its thread.
unsafe impl<N: Send> Send for Node<N> {}
// SAFETY: a shared node is touched by the one who holds the lock.
unsafe impl<N: Send> Sync for Node<N> {}

/// The lock of a [`Queue`], held. Derefs to the state.
pub(crate) struct Locked<'a, S, N>(MutexGuard<'a, Inner<S, N>>);

/// A waiter's waker, for [`Queue::release`] to wake.
#[must_use]
pub(crate) struct Released(Option<Waker>);

impl<S, N: Copy> Queue<S, N> {
    const_unless_loom! {
        pub(crate) const fn new(state: S, made: Label) -> Self {
            Self {
                made,
                inner: Mutex::new(Inner {
                    state,
                    list: List {
                        first: ptr::null(),
                        last: ptr::null(),
                    },
                }),
            }
        }
    }

    pub(crate) fn lock(&self) -> Locked<'_, S, N> {
        Locked(primitives::lock(&self.inner))
    }

    /// Asks `next`, under the lock, for waiters that it has released, until it
    /// has none; wakes them, holding no lock.
    pub(crate) fn release<'a>(
        &'a self,
        mut locked: Locked<'a, S, N>,
        mut next: impl FnMut(&mut Locked<'a, S, N>) -> Option<Released>,
    ) {
        let Some(Released(first)) = next(&mut locked) else {
            // Most often nobody waits, and then there is no batch to lay out.
            return;
        };
        let mut batch: [Option<Waker>; BATCH] = [const { None }; BATCH];
        batch[0] = first;
        let mut woken = 1;
        loop {
            while woken < BATCH
                && let Some(Released(waker)) = next(&mut locked)
            {
                batch[woken] = waker;
                woken += 1;
            }
            drop(locked);
            let wakers = batch[..woken].iter_mut();
            wakers.filter_map(Option::take).for_each(unwind::wake);
            if woken < BATCH {
                return;
            }
            woken = 0;
            locked = self.lock();
        }
    }
}

impl<S, N: Copy> Locked<'_, S, N> {
    /// What the first in the list asks for.
    pub(crate) fn first(&self) -> Option<N> {
        let first = self.0.list.first;
        // SAFETY: a listed node is alive, for its owner takes it out of the
        // list before it goes; we hold the lock.
        (!first.is_null()).then(|| unsafe { with(first, |entry| entry.note) })
    }

    /// Ends the wait of the first in the list, which gets `note`.
    ///
    /// # Panics
    /// If nobody waits.
    pub(crate) fn release_first(&mut self, note: N) -> Released {
        let first = self.0.list.first;
        assert!(!first.is_null(), "somebody waits");
        // SAFETY: listed, and we hold the lock.
        unsafe {
            self.0.list.remove(first);
            with(first, |entry| {
                entry.note = note;
                entry.released = true;
                Released(entry.waker.take())
            })
        }
    }
}

impl<S, N> Deref for Locked<'_, S, N> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0.state
    }
}

impl<S, N> DerefMut for Locked<'_, S, N> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0.state
    }
}

/// Whether the waker in place does for who waits now.
fn same(known: Option<&Waker>, wanted: Option<&Waker>) -> bool {
    let Some(wanted) = wanted else { return true };
    known.is_some_and(|known| known.will_wake(wanted))
}

/// # Safety
/// The node is alive, and is the caller's: listed and the lock held, or
/// neither listed nor released.
unsafe fn with<N, R>(node: *const Node<N>, code: impl FnOnce(&mut Entry<N>) -> R) -> R {
    // SAFETY: the caller's promise; `code` gets it for as long as it runs.
    unsafe { (*node).entry.with_mut(|entry| code(&mut *entry)) }
}

impl<N> List<N> {
    /// # Safety
    /// The caller has the lock; the node is alive, pinned, and not listed.
    unsafe fn push(&mut self, node: *const Node<N>) {
        // SAFETY: the caller's promise; what is listed is alive.
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

    /// # Safety
    /// The caller has the lock; the node is listed here.
    unsafe fn remove(&mut self, node: *const Node<N>) {
        // SAFETY: the caller's promise; a node's neighbours are listed too.
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

// ANCHOR: wait
pin_project! {
    /// One waiter, inside the future that waits.
    pub(crate) struct Wait<'a, O: Waitable> {
        owner: &'a O,
        // Asked of the owner once: one leaves the list that one joined.
        queue: &'a Queue<O::State, O::Note>,
        // Listed or released: the node is not ours without the lock.
        queued: bool,
        #[pin]
        node: Node<O::Note>,
    }

    impl<O: Waitable> PinnedDrop for Wait<'_, O> {
        fn drop(this: Pin<&mut Self>) {
            this.leave();
        }
    }
}
// ANCHOR_END: wait

impl<'a, O: Waitable> Wait<'a, O> {
    pub(crate) fn new(owner: &'a O, note: O::Note) -> Self {
        Self {
            owner,
            queue: owner.queue(),
            queued: false,
            node: Node {
                entry: UnsafeCell::new(Entry {
                    next: ptr::null(),
                    previous: ptr::null(),
                    waker: None,
                    released: false,
                    note,
                }),
                _pinned: PhantomPinned,
            },
        }
    }

    pub(crate) fn owner(&self) -> &'a O {
        self.owner
    }

    /// Waits for its release. Before it begins to wait, `enter` is asked once,
    /// under the lock, whether it need not: then the note says what it got.
    /// Without a waker it keeps its place and is woken by nobody.
    pub(crate) fn poll(
        self: Pin<&mut Self>,
        waker: Option<&Waker>,
        enter: impl FnOnce(&mut Locked<'_, O::State, O::Note>, &mut O::Note) -> bool,
    ) -> Poll<O::Note> {
        let made = &self.queue.made;
        let polled = if self.queued {
            self.poll_queued(waker)
        } else {
            // A waker's clone is a stranger's code: before the lock.
            self.enter(waker.cloned(), enter)
        };
        made.note(&polled);
        polled
    }

    fn enter(
        self: Pin<&mut Self>,
        waker: Option<Waker>,
        enter: impl FnOnce(&mut Locked<'_, O::State, O::Note>, &mut O::Note) -> bool,
    ) -> Poll<O::Note> {
        let this = self.project();
        let mut locked = this.queue.lock();
        let node: *const Node<_> = &raw const *this.node;
        // SAFETY: not queued, so the node is ours.
        let (entered, note) = unsafe {
            with(node, |entry| {
                let entered = enter(&mut locked, &mut entry.note);
                (entered, entry.note)
            })
        };
        if entered {
            // Before the waker goes, whose drop is a stranger's.
            drop(locked);
            return Poll::Ready(note);
        }
        // SAFETY: as above; and pinned, and taken out of the list by `leave`
        // before it is dropped.
        unsafe {
            with(node, |entry| {
                entry.waker = waker;
                entry.released = false;
            });
            locked.0.list.push(node);
        }
        *this.queued = true;
        Poll::Pending
    }

    fn poll_queued(self: Pin<&mut Self>, waker: Option<&Waker>) -> Poll<O::Note> {
        let this = self.project();
        let node: *const Node<_> = &raw const *this.node;
        let mut clone = None;
        loop {
            let locked = this.queue.lock();
            // SAFETY: our own node, and we hold the lock.
            let (released, known) = unsafe {
                with(node, |entry| {
                    let released = entry.released.then_some(entry.note);
                    (released, same(entry.waker.as_ref(), waker))
                })
            };
            if let Some(note) = released {
                *this.queued = false;
                // Before the clone goes, if there is one.
                drop(locked);
                return Poll::Ready(note);
            }
            if known {
                return Poll::Pending;
            }
            if clone.is_none() {
                drop(locked);
                clone = waker.cloned();
                continue;
            }
            // SAFETY: as above.
            let old = unsafe { with(node, |entry| mem::replace(&mut entry.waker, clone)) };
            drop(locked);
            drop(old);
            return Poll::Pending;
        }
    }

    /// Ends the wait from the waiter's side, and passes on what it had got.
    pub(crate) fn leave(self: Pin<&mut Self>) {
        let owner = self.owner;
        self.take_out(|locked, note, was_released| owner.left(locked, note, was_released));
    }

    /// Ends the wait from the waiter's side, which keeps what it had got.
    pub(crate) fn finish(self: Pin<&mut Self>) {
        self.take_out(|_, _, _| ());
    }

    fn take_out(
        self: Pin<&mut Self>,
        then: impl FnOnce(Locked<'a, O::State, O::Note>, O::Note, bool),
    ) {
        let this = self.project();
        if !mem::replace(this.queued, false) {
            return;
        }
        let node: *const Node<_> = &raw const *this.node;
        let mut locked = this.queue.lock();
        // SAFETY: our own node, and we hold the lock; it is listed unless it
        // has been released.
        let (note, released, waker) = unsafe {
            with(node, |entry| {
                (entry.note, entry.released, entry.waker.take())
            })
        };
        if !released {
            // SAFETY: as above, and it is listed unless it has been released.
            unsafe { locked.0.list.remove(node) };
        }
        then(locked, note, released);
        drop(waker);
    }
}

/// Waits in the list of `owner` until somebody ends the wait, unless `enter`,
/// which is asked once under the lock, says that it need not wait. Returns what
/// the note then says.
pub(crate) async fn wait<O: Waitable>(
    owner: &O,
    note: O::Note,
    mut enter: impl FnMut(&mut Locked<'_, O::State, O::Note>, &mut O::Note) -> bool,
) -> O::Note {
    let mut wait = pin!(Wait::new(owner, note));
    poll_fn(|context| {
        ready!(budget::poll_proceed(context));
        let note = ready!(wait.as_mut().poll(Some(context.waker()), &mut enter));
        budget::spend();
        Poll::Ready(note)
    })
    .await
}
