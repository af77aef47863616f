//! Exercise `pinning/timeout`: a time limit for a future that must not be moved.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_by_hand::{Clock, Sleep};

/// It was not ready in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

/// A future with a time limit. Made by [`timeout`].
pub struct Timeout<F> {
    /// Pinned with the whole. `None` when it is over.
    future: Option<F>,
    sleep: Sleep,
}

/// Gives `future` so many ticks from now. If it is not ready by then, it is
/// dropped, at once and where it lies. If it is ready at the last moment, it is
/// ready.
pub fn timeout<F: Future>(clock: &Clock, ticks: u64, future: F) -> Timeout<F> {
    Timeout { future: Some(future), sleep: clock.sleep(ticks) }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    /// # Panics
    ///
    /// When polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_ref().get_ref();
        let _: (&Option<F>, &Sleep) = (&this.future, &this.sleep);
        todo!("get at both from a pinned whole, and poll them with {cx:?}")
    }
}
