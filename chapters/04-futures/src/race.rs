// ANCHOR: race
//! Waiting for the first of two.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Which of two it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first one.
    Left(A),
    /// The second one.
    Right(B),
}

/// Waits for the first to be ready. Made by [`race`].
pub struct Race<A, B>(Option<(A, B)>);

/// Polls two futures until one of them is ready, and drops the other then. If
/// both are, it is the left one that counts.
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
// ANCHOR_END: race
