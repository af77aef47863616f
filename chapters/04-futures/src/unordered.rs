// ANCHOR: head
//! Waiting for the next of many futures.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
// ANCHOR_END: head

// ANCHOR: unordered
/// Any number of futures. Polls only those that were woken.
pub struct Unordered<F> {
    /// `None` where a future has finished.
    children: Vec<Option<Pin<Box<F>>>>,
    /// The indexes of the `None`s.
    free: Vec<usize>,
    shared: Arc<Shared>,
}

/// Used by the children's wakers and by the future that waits.
#[derive(Default)]
struct Shared(Mutex<Woken>);

#[derive(Default)]
struct Woken {
    /// The children that must be polled, in the order of their wakes.
    queue: VecDeque<usize>,
    /// For each child, whether it is in the queue.
    queued: Vec<bool>,
    /// The waker of the task that waits.
    waiter: Option<Waker>,
}
// ANCHOR_END: unordered

// ANCHOR: woken
impl Woken {
    /// Puts a child into the queue, unless it is there already.
    fn add(&mut self, index: usize) {
        if !mem::replace(&mut self.queued[index], true) {
            self.queue.push_back(index);
        }
    }

    /// Takes the first child out of the queue.
    fn next(&mut self) -> Option<usize> {
        let index = self.queue.pop_front()?;
        self.queued[index] = false;
        Some(index)
    }
}
// ANCHOR_END: woken

// ANCHOR: child
/// The waker of one child.
struct ChildWaker {
    index: usize,
    shared: Arc<Shared>,
}

impl Wake for ChildWaker {
    fn wake(self: Arc<Self>) {
        let waiter = self.shared.with(|woken| {
            woken.add(self.index);
            woken.waiter.take()
        });
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl Shared {
    /// Locks and calls `action`, which must not clone, wake or drop a waker: a
    /// waker runs foreign code, and that may call us and lock again.
    fn with<T>(&self, action: impl FnOnce(&mut Woken) -> T) -> T {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
// ANCHOR_END: child

// ANCHOR: push
impl<F: Future> Unordered<F> {
    /// Adds a future. It is polled when [`next_ready`](Self::next_ready) is.
    pub fn push(&mut self, future: F) {
        let future = Some(Box::pin(future));
        let index = if let Some(index) = self.free.pop() {
            self.children[index] = future;
            index
        } else {
            self.children.push(future);
            self.shared.with(|woken| woken.queued.push(false));
            self.children.len() - 1
        };
        self.shared.with(|woken| woken.add(index));
    }
    // ANCHOR_END: push

    // ANCHOR: new
    /// No futures yet.
    pub fn new() -> Unordered<F> {
        Unordered { children: Vec::new(), free: Vec::new(), shared: Arc::default() }
    }

    /// Waits for the next future that is ready. Returns `None` without futures.
    ///
    /// Cancel safe: dropping the wait loses nothing.
    pub fn next_ready(&mut self) -> Next<'_, F> {
        Next(self)
    }
}

impl<F: Future> Default for Unordered<F> {
    fn default() -> Unordered<F> {
        Unordered::new()
    }
}

/// Waits for the next future that is ready. Made by [`Unordered::next_ready`].
pub struct Next<'u, F>(&'u mut Unordered<F>);
// ANCHOR_END: new

// ANCHOR: next
impl<F: Future> Future for Next<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let all = &mut *self.0;
        if all.children.len() == all.free.len() {
            return Poll::Ready(None);
        }
        let waker = cx.waker().clone();
        let replaced = all.shared.with(|woken| woken.waiter.replace(waker));
        drop(replaced);
        while let Some(index) = all.shared.with(Woken::next) {
            // A late wake may name a child that has finished.
            let Some(child) = &mut all.children[index] else { continue };
            let shared = Arc::clone(&all.shared);
            let waker = Waker::from(Arc::new(ChildWaker { index, shared }));
            let polled = child.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(output) = polled {
                all.children[index] = None;
                all.free.push(index);
                return Poll::Ready(Some(output));
            }
        }
        Poll::Pending
    }
}
// ANCHOR_END: next
