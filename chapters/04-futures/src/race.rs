// ANCHOR: race
//! Waiting for the first of two futures.

use std::pin::Pin;
use std::task::{Context, Poll};

/// The output of one of two futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The output of the first.
    Left(A),
    /// The output of the second.
    Right(B),
}

/// Waits for the first of two futures. Made by [`race`].
pub struct Race<A, B>(Option<(A, B)>);
// ANCHOR_END: race

// ANCHOR: poll
/// Polls two futures until one of them is ready, and then drops the other. If
/// both are ready, the left one wins.
pub fn race<A: Future + Unpin, B: Future + Unpin>(a: A, b: B) -> Race<A, B> {
    Race(Some((a, b)))
}

impl<A: Future + Unpin, B: Future + Unpin> Future for Race<A, B> {
    type Output = Either<A::Output, B::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (a, b) = self.0.as_mut().expect("`Race` polled after completion");
        let first = match Pin::new(a).poll(cx) {
            Poll::Ready(output) => Either::Left(output),
            Poll::Pending => match Pin::new(b).poll(cx) {
                Poll::Ready(output) => Either::Right(output),
                Poll::Pending => return Poll::Pending,
            },
        };
        self.0 = None;
        Poll::Ready(first)
    }
}
// ANCHOR_END: poll
