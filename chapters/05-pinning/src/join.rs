// ANCHOR: maybe
//! Waiting for both of two, which stay inside.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future, which is pinned if this is, and then what it has become, which is not.
enum MaybeDone<F: Future> {
    Pending(F),
    Done(F::Output),
    Taken,
}

// What it has become may be moved at any time, so that is not asked about.
impl<F: Future + Unpin> Unpin for MaybeDone<F> {}
// ANCHOR_END: maybe

// ANCHOR: methods
impl<F: Future> MaybeDone<F> {
    /// Polls it unless it is done. Says whether it is.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        // SAFETY: the future is not moved by what follows.
        let this = unsafe { self.as_mut().get_unchecked_mut() };
        if let MaybeDone::Pending(future) = this {
            // SAFETY: the whole is pinned, and nothing in this file moves a future out
            // of it: it is dropped where it lies, by `set` or with the whole.
            let future = unsafe { Pin::new_unchecked(future) };
            match future.poll(cx) {
                Poll::Pending => return false,
                Poll::Ready(output) => self.set(MaybeDone::Done(output)),
            }
        }
        true
    }

    // ANCHOR: take
    /// What it has become.
    fn take(self: Pin<&mut Self>) -> Option<F::Output> {
        // SAFETY: a future is not moved by what follows, only what one has become.
        let this = unsafe { self.get_unchecked_mut() };
        let MaybeDone::Done(_) = this else { return None };
        match mem::replace(this, MaybeDone::Taken) {
            MaybeDone::Done(output) => Some(output),
            _ => None,
        }
    }
    // ANCHOR_END: take
}
// ANCHOR_END: methods

// ANCHOR: join
/// Waits for both. Made by [`join`].
pub struct Join<A: Future, B: Future> {
    a: MaybeDone<A>,
    b: MaybeDone<B>,
}

/// Polls two futures until both are ready.
pub fn join<A: Future, B: Future>(a: A, b: B) -> Join<A, B> {
    Join { a: MaybeDone::Pending(a), b: MaybeDone::Pending(b) }
}
// ANCHOR_END: join

// ANCHOR: project
type Both<'j, A, B> = (Pin<&'j mut MaybeDone<A>>, Pin<&'j mut MaybeDone<B>>);

impl<A: Future, B: Future> Join<A, B> {
    /// From a pinned whole to its parts, pinned.
    fn project(self: Pin<&mut Self>) -> Both<'_, A, B> {
        // SAFETY: both parts are pinned with the whole. They are not moved out of it;
        // it is `Unpin` only if they are; it has no `Drop`; it is not packed.
        unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.a), Pin::new_unchecked(&mut this.b))
        }
    }
}

impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    /// # Panics
    ///
    /// When polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (mut a, mut b) = self.project();
        // Both, whatever the first one says: each must have seen this context.
        if !(a.as_mut().poll(cx) & b.as_mut().poll(cx)) {
            return Poll::Pending;
        }
        match (a.take(), b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            _ => panic!("`Join` polled after completion"),
        }
    }
}
// ANCHOR_END: project
