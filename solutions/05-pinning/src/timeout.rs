//! Exercise `pinning/timeout`: a time limit for a future that must not be moved.

use std::pin::Pin;
// hole: begin
use std::task::{Context, Poll, ready};
// hole: instead
//| use std::task::{Context, Poll};
// hole: end

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
// hole: begin

impl<F> Timeout<F> {
    /// From a pinned whole to its parts, pinned.
    fn project(self: Pin<&mut Self>) -> (Pin<&mut Option<F>>, Pin<&mut Sleep>) {
        // SAFETY: the future is pinned with the whole: it is not moved out of it, the
        // whole is `Unpin` only if it is, and has no `Drop`.
        let (future, sleep) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.future), &mut this.sleep)
        };
        (future, Pin::new(sleep))
    }
}
// hole: instead
// hole: end

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    /// # Panics
    ///
    /// When polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        let (mut future, sleep) = self.project();
        let pinned =
            future.as_mut().as_pin_mut().expect("`Timeout` polled after completion");
        let result = if let Poll::Ready(output) = pinned.poll(cx) {
            Ok(output)
        } else {
            ready!(sleep.poll(cx));
            Err(Elapsed)
        };
        future.set(None);
        Poll::Ready(result)
        // hole: instead
        //| let this = self.as_ref().get_ref();
        //| let _: (&Option<F>, &Sleep) = (&this.future, &this.sleep);
        //| todo!("get at both from a pinned whole, and poll them with {cx:?}")
        // hole: end
    }
}
