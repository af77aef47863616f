//! One waiter of a wait list. The parent module draws its states.

use super::{Entry, LockedList, Node, Primitive, PrimitiveRef, WaitList, with};
use crate::{budget, primitives::UnsafeCell};
use pin_project_lite::pin_project;
use std::{
    future::poll_fn,
    marker::PhantomPinned,
    mem,
    ops::Deref,
    pin::{Pin, pin},
    ptr,
    task::{Poll, Waker, ready},
};

type Target<H> = <H as Deref>::Target;
type State<H> = <Target<H> as Primitive>::State;
type Data<H> = <Target<H> as Primitive>::Data;

// ANCHOR: waiter
pin_project! {
    /// One waiter, inside the future that waits.
    pub(crate) struct Waiter<H: PrimitiveRef> {
        primitive: H,
        // True if the node is in the list, or was in it. Then touching the node needs
        // the lock (WL1, WL3).
        queued: bool,
        #[pin]
        node: Node<Data<H>>,
    }

    impl<H: PrimitiveRef> PinnedDrop for Waiter<H> {
        fn drop(this: Pin<&mut Self>) {
            this.cancel();
        }
    }
}
// ANCHOR_END: waiter

impl<H: PrimitiveRef> Waiter<H> {
    pub(crate) fn new(primitive: H, data: Data<H>) -> Self {
        Self {
            primitive,
            queued: false,
            node: Node {
                entry: UnsafeCell::new(Entry {
                    next: ptr::null(),
                    previous: ptr::null(),
                    waker: None,
                    dequeued: false,
                    data,
                }),
                _pinned: PhantomPinned,
            },
        }
    }

    pub(crate) fn handle(&self) -> &H {
        &self.primitive
    }

    /// Waits until the node is dequeued. The first poll asks `condition`, under the lock,
    /// whether the waiter may go on at once. If so, `condition` has written the
    /// result into the data.
    ///
    /// Without a waker the waiter keeps its position in the list, and no task is
    /// woken when it is dequeued.
    pub(crate) fn poll(
        mut self: Pin<&mut Self>,
        waker: Option<&Waker>,
        condition: impl FnOnce(&Target<H>, &mut LockedList<'_, State<H>, Data<H>>, &mut Data<H>) -> bool,
    ) -> Poll<Data<H>> {
        let polled = if self.queued {
            self.as_mut().poll_queued(waker)
        } else {
            // Cloning a waker is user code, so it comes before the lock.
            self.as_mut().enqueue(waker.cloned(), condition)
        };
        self.primitive.wait_list().resource.record(&polled);
        polled
    }

    /// Transition 1, unless `condition` says that the waiter need not wait.
    fn enqueue(
        self: Pin<&mut Self>,
        waker: Option<Waker>,
        condition: impl FnOnce(&Target<H>, &mut LockedList<'_, State<H>, Data<H>>, &mut Data<H>) -> bool,
    ) -> Poll<Data<H>> {
        let this = self.project();
        let primitive: &Target<H> = this.primitive;
        let node: *const Node<_> = &raw const *this.node;
        let mut locked = primitive.wait_list().lock();
        // SAFETY: WL3: `poll` found that the waiter is not queued.
        let (may_go_on, data) = unsafe {
            with(node, |entry| {
                let may_go_on = condition(primitive, &mut locked, &mut entry.data);
                (may_go_on, entry.data)
            })
        };
        if may_go_on {
            // Unlock before the waker is dropped, which is user code.
            drop(locked);
            return Poll::Ready(data);
        }
        // SAFETY: WL3 for the entry. The node is pinned and not listed, and
        // `unlink` takes it out of the list before it is dropped (WL2).
        unsafe {
            with(node, |entry| {
                entry.waker = waker;
                entry.dequeued = false;
            });
            locked.0.links.push_back(node);
        }
        *this.queued = true;
        Poll::Pending
    }

    /// Transition 4, or a look at the waker of a waiter that is still listed.
    fn poll_queued(self: Pin<&mut Self>, waker: Option<&Waker>) -> Poll<Data<H>> {
        let this = self.project();
        let node: *const Node<_> = &raw const *this.node;
        let mut clone = None;
        loop {
            let locked = this.primitive.wait_list().lock();
            // SAFETY: WL1: it is our own node, and we hold the lock (WL5).
            let (dequeued, same_waker) = unsafe {
                with(node, |entry| {
                    let dequeued = entry.dequeued.then_some(entry.data);
                    (dequeued, wakes_same_task(entry.waker.as_ref(), waker))
                })
            };
            if let Some(data) = dequeued {
                *this.queued = false;
                // Unlock before `clone` is dropped, which is user code.
                drop(locked);
                return Poll::Ready(data);
            }
            if same_waker {
                return Poll::Pending;
            }
            if clone.is_none() {
                drop(locked);
                clone = waker.cloned();
                continue;
            }
            // SAFETY: WL1: it is our own node, and we still hold the lock.
            let old = unsafe { with(node, |entry| mem::replace(&mut entry.waker, clone)) };
            drop(locked);
            drop(old);
            return Poll::Pending;
        }
    }

    /// Ends the wait early, and tells the primitive.
    pub(crate) fn cancel(self: Pin<&mut Self>) {
        let this = self.project();
        let primitive: &Target<H> = this.primitive;
        let node: *const Node<_> = &raw const *this.node;
        if let Some((locked, data, waker)) = unlink(primitive.wait_list(), this.queued, node) {
            primitive.cancelled(locked, data);
            drop(waker);
        }
    }

    /// Ends the wait early. The waiter keeps what it got.
    pub(crate) fn finish(self: Pin<&mut Self>) {
        let this = self.project();
        let node: *const Node<_> = &raw const *this.node;
        if let Some((locked, _, waker)) = unlink(this.primitive.wait_list(), this.queued, node) {
            drop(locked);
            drop(waker);
        }
    }
}

/// Transitions 3 and 5: takes the caller's node back if the waiter is queued. The
/// caller drops the waker after the lock.
fn unlink<'a, S, D: Copy>(
    list: &'a WaitList<S, D>,
    queued: &mut bool,
    node: *const Node<D>,
) -> Option<(LockedList<'a, S, D>, D, Option<Waker>)> {
    if !mem::replace(queued, false) {
        return None;
    }
    let mut locked = list.lock();
    // SAFETY: WL1: it is the caller's node, and we hold the lock (WL5).
    let (data, dequeued, waker) = unsafe {
        with(node, |entry| {
            (entry.data, entry.dequeued, entry.waker.take())
        })
    };
    if !dequeued {
        // SAFETY: WL4: the waiter is queued and was not dequeued, so it is listed.
        unsafe { locked.0.links.remove(node) };
    }
    Some((locked, data, waker))
}

/// Whether the stored waker wakes the task that waits now. A poll without a
/// waker changes nothing.
fn wakes_same_task(stored: Option<&Waker>, wanted: Option<&Waker>) -> bool {
    let Some(wanted) = wanted else { return true };
    stored.is_some_and(|stored| stored.will_wake(wanted))
}

/// Waits in the list of `primitive` until the waiter is dequeued. At the start, under the
/// lock, `condition` may say that the waiter need not wait. Returns the data that
/// `condition` or the thread that dequeued the waiter has written.
pub(crate) async fn wait<O: Primitive>(
    primitive: &O,
    data: O::Data,
    mut condition: impl FnMut(&mut LockedList<'_, O::State, O::Data>, &mut O::Data) -> bool,
) -> O::Data {
    let mut wait = pin!(Waiter::new(primitive, data));
    poll_fn(|context| {
        ready!(budget::poll_proceed(context));
        let condition =
            |_: &O, locked: &mut LockedList<'_, _, _>, data: &mut _| condition(locked, data);
        let data = ready!(wait.as_mut().poll(Some(context.waker()), condition));
        budget::spend();
        Poll::Ready(data)
    })
    .await
}
