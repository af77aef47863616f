//! Exercise `futures/join-all`: waiting for all of many. A part of a runtime of
//! your own.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for all. Made by [`join_all`].
pub struct JoinAll<F: Future> {
    /// Keep what they have become somewhere, too.
    children: Vec<F>,
}

/// Polls all futures until each is ready, and drops it then. Their outputs come
/// in the order of the futures, whichever was ready first.
pub fn join_all<F: Future + Unpin>(futures: Vec<F>) -> JoinAll<F> {
    JoinAll { children: futures }
}

impl<F: Future<Output: Unpin> + Unpin> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let _ = cx;
        todo!("poll the {} futures", self.children.iter_mut().count())
    }
}
