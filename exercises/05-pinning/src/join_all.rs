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

impl<F: Future> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    /// # Panics
    ///
    /// When polled after it was ready, unless there were no futures.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let children: Pin<&mut [Child<F>]> = self.children.as_mut();
        let _: fn(Option<F::Output>) -> Child<F> = Child::Done;
        todo!("poll the {} that are pending with {cx:?}", children.len())
    }
}
