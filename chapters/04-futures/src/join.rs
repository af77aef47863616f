// ANCHOR: maybe
//! Waiting for both of two futures.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future, then its output, then nothing.
enum MaybeDone<F: Future> {
    Pending(F),
    Done(F::Output),
    Taken,
}

impl<F: Future + Unpin> MaybeDone<F> {
    /// Polls the future unless it is done. Returns whether it is done.
    fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        if let MaybeDone::Pending(future) = self {
            match Pin::new(future).poll(cx) {
                Poll::Pending => return false,
                Poll::Ready(output) => *self = MaybeDone::Done(output),
            }
        }
        true
    }

    // ANCHOR: take
    /// Takes the output out.
    fn take(&mut self) -> Option<F::Output> {
        match std::mem::replace(self, MaybeDone::Taken) {
            MaybeDone::Done(output) => Some(output),
            _ => None,
        }
    }
    // ANCHOR_END: take
}
// ANCHOR_END: maybe

// ANCHOR: join
/// Waits for both futures. Made by [`join`].
pub struct Join<A: Future, B: Future>(MaybeDone<A>, MaybeDone<B>);

/// Polls two futures until both are ready.
pub fn join<A: Future + Unpin, B: Future + Unpin>(a: A, b: B) -> Join<A, B> {
    Join(MaybeDone::Pending(a), MaybeDone::Pending(b))
}

impl<A, B> Future for Join<A, B>
where
    A: Future<Output: Unpin> + Unpin,
    B: Future<Output: Unpin> + Unpin,
{
    type Output = (A::Output, B::Output);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Poll both, even if the first one is pending.
        let (a, b) = (self.0.poll(cx), self.1.poll(cx));
        if !(a && b) {
            return Poll::Pending;
        }
        match (self.0.take(), self.1.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            _ => panic!("`Join` polled after completion"),
        }
    }
}
// ANCHOR_END: join

// ANCHOR: try_join_fn
/// Waits for both futures, or for the first error. Made by [`try_join`].
pub struct TryJoin<A: Future, B: Future>(MaybeDone<A>, MaybeDone<B>);

/// Polls two futures until both are `Ok`, or one of them fails. It then drops
/// the other one, finished or not.
pub fn try_join<A, B, T, U, E>(a: A, b: B) -> TryJoin<A, B>
where
    A: Future<Output = Result<T, E>> + Unpin,
    B: Future<Output = Result<U, E>> + Unpin,
{
    TryJoin(MaybeDone::Pending(a), MaybeDone::Pending(b))
}
// ANCHOR_END: try_join_fn

// ANCHOR: try_join
impl<A, B, T: Unpin, U: Unpin, E: Unpin> Future for TryJoin<A, B>
where
    A: Future<Output = Result<T, E>> + Unpin,
    B: Future<Output = Result<U, E>> + Unpin,
{
    type Output = Result<(T, U), E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let a = self.0.poll(cx);
        // If the first has failed, do not poll the second.
        let b = !matches!(self.0, MaybeDone::Done(Err(_))) && self.1.poll(cx);
        let failed = matches!(self.0, MaybeDone::Done(Err(_)))
            || matches!(self.1, MaybeDone::Done(Err(_)));
        if !(failed || a && b) {
            return Poll::Pending;
        }
        // `take` also drops a future that is still pending.
        match (self.0.take(), self.1.take()) {
            (Some(Ok(a)), Some(Ok(b))) => Poll::Ready(Ok((a, b))),
            (Some(Err(error)), _) | (_, Some(Err(error))) => Poll::Ready(Err(error)),
            _ => panic!("`TryJoin` polled after completion"),
        }
    }
}
// ANCHOR_END: try_join
