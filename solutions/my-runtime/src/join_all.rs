//! Exercise `pinning/join-all`: wait for all futures of a `Vec`. None of them is
//! moved once it was polled.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that waits for many futures. Made by [`join_all`].
pub struct JoinAll<F: Future> {
    /// All children are in one allocation and stay there. A box may be moved, so
    /// `JoinAll` is `Unpin` although its children are pinned.
    children: Pin<Box<[Child<F>]>>,
}

/// One of the futures, or its output.
enum Child<F: Future> {
    /// This future is pinned.
    Pending(F),
    /// The output waits here for the other futures. `None` after it was taken.
    Done(Option<F::Output>),
}

/// Waits for all `futures` and returns their outputs in the order of the `Vec`.
/// Each future is dropped as soon as it is ready, at the address where it was polled.
pub fn join_all<F: Future>(futures: Vec<F>) -> JoinAll<F> {
    let children: Box<[Child<F>]> = futures.into_iter().map(Child::Pending).collect();
    JoinAll { children: children.into() }
}
// hole: begin

impl<F: Future> JoinAll<F> {
    /// Returns a pinned reference to each child.
    fn each(&mut self) -> impl Iterator<Item = Pin<&mut Child<F>>> {
        // SAFETY: the slice is pinned, and so are its elements. No code in this file
        // moves an element out of the slice, and we pin each reference again below.
        let children = unsafe { self.children.as_mut().get_unchecked_mut() };
        // SAFETY: as above.
        children.iter_mut().map(|child| unsafe { Pin::new_unchecked(child) })
    }
}

impl<F: Future> Child<F> {
    /// Polls the future if it is pending. Returns whether the child is done.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        // SAFETY: we do not move the future through this reference.
        let this = unsafe { self.as_mut().get_unchecked_mut() };
        if let Child::Pending(future) = this {
            // SAFETY: the future is pinned with the child. `set` drops it in place.
            match unsafe { Pin::new_unchecked(future) }.poll(cx) {
                Poll::Pending => return false,
                Poll::Ready(output) => self.set(Child::Done(Some(output))),
            }
        }
        true
    }

    /// Takes the output of a child that is done.
    fn take(self: Pin<&mut Self>) -> Option<F::Output> {
        // SAFETY: we move only the output, which is not pinned.
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
    /// If it is polled after it was ready, unless the `Vec` was empty.
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
        //| let _ = (cx, children);
        //| todo!("poll each pending child, and return the outputs when all are done")
        // hole: end
    }
}
