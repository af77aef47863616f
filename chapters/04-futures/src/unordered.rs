// ANCHOR: unordered
//! Waiting for any of many.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Any number of futures, of which the next that is ready is waited for. Only
/// those that have been woken are polled.
pub struct Unordered<F> {
    /// The place of a future that is over is free for another.
    children: Vec<Option<Pin<Box<F>>>>,
    free: Vec<usize>,
    shared: Arc<Shared>,
}

/// What the children's wakers and the one who waits have in common.
#[derive(Default)]
struct Shared(Mutex<Woken>);

#[derive(Default)]
struct Woken {
    /// The children to be polled, the one that was woken first in front.
    children: VecDeque<usize>,
    /// Who waits for any of them.
    waiter: Option<Waker>,
}

impl Shared {
    /// Does something to what is shared. Nobody is woken meanwhile.
    fn with<T>(&self, what: impl FnOnce(&mut Woken) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
// ANCHOR_END: unordered

// ANCHOR: child
/// A waker that says which child it was.
struct Child {
    index: usize,
    shared: Arc<Shared>,
}

impl Wake for Child {
    fn wake(self: Arc<Self>) {
        let waiter = self.shared.with(|woken| {
            woken.children.push_back(self.index);
            woken.waiter.take()
        });
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}
// ANCHOR_END: child

// ANCHOR: push
impl<F: Future> Unordered<F> {
    /// Without futures.
    pub fn new() -> Unordered<F> {
        Unordered { children: Vec::new(), free: Vec::new(), shared: Arc::default() }
    }

    /// Adds a future. It is not polled before somebody waits.
    pub fn push(&mut self, future: F) {
        let future = Some(Box::pin(future));
        let index = if let Some(index) = self.free.pop() {
            self.children[index] = future;
            index
        } else {
            self.children.push(future);
            self.children.len() - 1
        };
        self.shared.with(|woken| woken.children.push_back(index));
    }

    /// Waits for the next that is ready. `None` if there are no futures.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub fn next_ready(&mut self) -> Next<'_, F> {
        Next(self)
    }
}

impl<F: Future> Default for Unordered<F> {
    fn default() -> Unordered<F> {
        Unordered::new()
    }
}

// ANCHOR_END: push

// ANCHOR: next
/// Waits for the next of many that is ready. Made by [`Unordered::next_ready`].
pub struct Next<'u, F>(&'u mut Unordered<F>);

impl<F: Future> Future for Next<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let all = &mut *self.0;
        if all.children.len() == all.free.len() {
            return Poll::Ready(None);
        }
        loop {
            let next = all.shared.with(|woken| {
                let next = woken.children.pop_front();
                if next.is_none() {
                    woken.waiter = Some(cx.waker().clone());
                }
                next
            });
            let Some(index) = next else { return Poll::Pending };
            // A late wake for a child that is over finds nothing to poll, or its
            // successor, whom a poll in vain does not harm.
            let Some(child) = &mut all.children[index] else { continue };
            let shared = Arc::clone(&all.shared);
            let waker = Waker::from(Arc::new(Child { index, shared }));
            let polled = child.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(output) = polled {
                all.children[index] = None;
                all.free.push(index);
                return Poll::Ready(Some(output));
            }
        }
    }
}
// ANCHOR_END: next
