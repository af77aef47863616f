//! Exercise `pinning/join-all`: waiting for all of many, none of which may be
//! moved. A part of a runtime of your own.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for all. Made by [`join_all`].
pub struct JoinAll<F: Future> {
    /// All in one allocation, and pinned there.
    children: Pin<Box<[Child<F>]>>,
}

/// One of them: it is pending, and pinned, or what it has become waits.
enum Child<F: Future> {
    Pending(F),
    Done(Option<F::Output>),
}

/// Polls all futures until each is ready; their outputs come in the order of
/// the futures. One that is over is dropped at once, where it lies.
pub fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> JoinAll<F> {
    let children: Box<[Child<F>]> = futures.into_iter().map(Child::Pending).collect();
    JoinAll { children: children.into() }
}
// hole: begin

impl<F: Future> JoinAll<F> {
    /// Each of the children, pinned.
    fn each(&mut self) -> impl Iterator<Item = Pin<&mut Child<F>>> {
        // SAFETY: the slice is pinned, and its elements with it: nothing in this file
        // moves one. They are given out pinned again.
        let children = unsafe { self.children.as_mut().get_unchecked_mut() };
        // SAFETY: as above.
        children.iter_mut().map(|child| unsafe { Pin::new_unchecked(child) })
    }
}

impl<F: Future> Child<F> {
    /// Polls it unless it is done. Says whether it is.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        // SAFETY: the future is not moved by what follows.
        let this = unsafe { self.as_mut().get_unchecked_mut() };
        if let Child::Pending(future) = this {
            // SAFETY: it is pinned with the child, and dropped in its place by `set`.
            match unsafe { Pin::new_unchecked(future) }.poll(cx) {
                Poll::Pending => return false,
                Poll::Ready(output) => self.set(Child::Done(Some(output))),
            }
        }
        true
    }

    /// What it has become.
    fn take(self: Pin<&mut Self>) -> Option<F::Output> {
        // SAFETY: only an output is moved.
        match unsafe { self.get_unchecked_mut() } {
            Child::Done(output) => output.take(),
            Child::Pending(_) => None,
        }
    }
}
// hole: instead
// hole: end

impl<F: Future> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    /// # Panics
    ///
    /// When polled after it was ready, unless there were no futures.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        let mut done = true;
        for child in self.each() {
            done &= child.poll(cx);
        }
        if !done {
            return Poll::Pending;
        }
        let outputs = self
            .each()
            .map(|child| child.take().expect("`JoinAll` polled after completion"));
        Poll::Ready(outputs.collect())
        // hole: instead
        //| let children: Pin<&mut [Child<F>]> = self.children.as_mut();
        //| let _: fn(Option<F::Output>) -> Child<F> = Child::Done;
        //| todo!("poll the {} that are pending with {cx:?}", children.len())
        // hole: end
    }
}
