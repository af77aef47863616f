// ANCHOR: maybe
//! Waiting for both of two futures that lie inside the `Join`.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future, then its output, then nothing. The future is structurally pinned.
/// The output is not.
enum MaybeDone<F: Future> {
    Pending(F),
    Done(F::Output),
    Taken,
}

// Rule 2. The output is never pinned, so it does not matter whether it is `Unpin`.
impl<F: Future + Unpin> Unpin for MaybeDone<F> {}
// ANCHOR_END: maybe

// ANCHOR: methods
impl<F: Future> MaybeDone<F> {
    /// Polls the future unless it is done. Returns whether it is done.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        // SAFETY: the lines below do not move the future.
        let this = unsafe { self.as_mut().get_unchecked_mut() };
        if let MaybeDone::Pending(future) = this {
            // SAFETY: `self` is pinned, and no code in this file moves a future out of
            // it. The future is dropped in its place, by `set` or with `self`.
            let future = unsafe { Pin::new_unchecked(future) };
            match future.poll(cx) {
                Poll::Pending => return false,
                Poll::Ready(output) => self.set(MaybeDone::Done(output)),
            }
        }
        true
    }

    // ANCHOR: take
    /// Takes the output out.
    fn take(self: Pin<&mut Self>) -> Option<F::Output> {
        // SAFETY: the lines below move an output, and never a future.
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
/// Waits for both futures. Made by [`join`].
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
    /// From the pinned `Join` to its two pinned fields.
    fn project(self: Pin<&mut Self>) -> Both<'_, A, B> {
        // SAFETY: rules 1 to 4. No code moves a field out. `Join` is `Unpin` only if
        // both fields are. It has no `Drop`. It is not packed.
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
    /// If it is polled after `Ready`.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (mut a, mut b) = self.project();
        // Poll both, even if the first one is pending.
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
