// ANCHOR: race
//! Waiting for the first of two futures that lie inside the `Race`.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_by_hand::Either;
use pin_project_lite::pin_project;

pin_project! {
    /// Waits for the first of two futures. Made by [`race`].
    pub struct Race<A, B> {
        #[pin]
        racers: Option<Racers<A, B>>,
    }
}

pin_project! {
    struct Racers<A, B> {
        #[pin]
        a: A,
        #[pin]
        b: B,
    }
}

/// Polls two futures until one of them is ready, and then drops both in their
/// places. If both are ready, the left one wins.
pub fn race<A: Future, B: Future>(a: A, b: B) -> Race<A, B> {
    Race { racers: Some(Racers { a, b }) }
}
// ANCHOR_END: race

// ANCHOR: poll
impl<A: Future, B: Future> Future for Race<A, B> {
    type Output = Either<A::Output, B::Output>;

    /// # Panics
    ///
    /// If it is polled after `Ready`.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut racers = self.project().racers;
        let both = racers.as_mut().as_pin_mut().expect("`Race` polled after completion");
        let both = both.project();
        let first = match both.a.poll(cx) {
            Poll::Ready(output) => Either::Left(output),
            Poll::Pending => match both.b.poll(cx) {
                Poll::Ready(output) => Either::Right(output),
                Poll::Pending => return Poll::Pending,
            },
        };
        racers.set(None);
        Poll::Ready(first)
    }
}
// ANCHOR_END: poll
