//! Exercise `futures/timeout`: a future with a time limit.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_by_hand::{Clock, Sleep};

/// It took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

/// A future that is given so much time. Made by [`timeout`].
pub struct Timeout<F> {
    // hole: begin
    /// `None` when it is over.
    parts: Option<(F, Sleep)>,
    // hole: instead
    //| future: F,
    //| sleep: Sleep,
    // hole: end
}

/// Waits for `future`, but no longer than so many ticks from now on. Then it is
/// dropped, at once. If it is ready at the last moment, it is ready.
pub fn timeout<F: Future + Unpin>(clock: &Clock, ticks: u64, future: F) -> Timeout<F> {
    // hole: begin
    Timeout { parts: Some((future, clock.sleep(ticks))) }
    // hole: instead
    //| Timeout { future, sleep: clock.sleep(ticks) }
    // hole: end
}

impl<F: Future + Unpin> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    /// # Panics
    ///
    /// When polled after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        let (future, sleep) =
            self.parts.as_mut().expect("`Timeout` polled after completion");
        let result = match Pin::new(future).poll(cx) {
            Poll::Ready(output) => Ok(output),
            Poll::Pending => match Pin::new(sleep).poll(cx) {
                Poll::Ready(()) => Err(Elapsed),
                Poll::Pending => return Poll::Pending,
            },
        };
        self.parts = None;
        Poll::Ready(result)
        // hole: instead
        //| let this = &mut *self;
        //| let (_, _) = (&mut this.future, &mut this.sleep);
        //| let _ = cx;
        //| todo!("which of them do you ask first?")
        // hole: end
    }
}
