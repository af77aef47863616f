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

impl<F: Future> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    /// # Panics
    ///
    /// If it is polled after it was ready, unless the `Vec` was empty.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let children: Pin<&mut [Child<F>]> = self.children.as_mut();
        let _: fn(Option<F::Output>) -> Child<F> = Child::Done;
        let _ = (cx, children);
        todo!("poll each pending child, and return the outputs when all are done")
    }
}
