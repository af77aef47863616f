//! Exercise `pinning/retry`: repair a combinator that moves a pinned future.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that tries several times. Made by [`retry`].
pub struct Retry<M, F> {
    make: M,
    /// How many attempts are left after the current one.
    left: u32,
    /// The current attempt. It is pinned with the whole. `None` between two attempts
    /// and after the end.
    attempt: Option<F>,
}

/// Makes a future and polls it to its end. If it fails, makes another one, up to
/// `attempts` futures. Returns the first success or the last error. No two of the
/// futures are alive at the same time.
pub fn retry<M, F, T, E>(attempts: u32, mut make: M) -> Retry<M, F>
where
    M: FnMut() -> F,
    F: Future<Output = Result<T, E>>,
{
    let attempt = Some(make());
    Retry { make, left: attempts.saturating_sub(1), attempt }
}

// hole: begin
// Only the attempt is pinned. The closure may be moved at any time.
impl<M, F: Unpin> Unpin for Retry<M, F> {}
// hole: instead
//| // The attempt may be moved at any time, because another one can replace it.
//| impl<M, F> Unpin for Retry<M, F> {}
// hole: end

impl<M, F, T, E> Future for Retry<M, F>
where
    M: FnMut() -> F,
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        // SAFETY: we do not move the attempt. We poll it and drop it in place.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: the attempt is pinned with the whole. `Retry` is `Unpin` only if the
        // attempt is.
        let mut attempt = unsafe { Pin::new_unchecked(&mut this.attempt) };
        loop {
            let pinned = attempt.as_mut().as_pin_mut();
            match pinned.expect("`Retry` polled after completion").poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) if this.left > 0 => {
                    this.left -= 1;
                    attempt.set(None);
                    attempt.set(Some((this.make)()));
                }
                Poll::Ready(result) => {
                    attempt.set(None);
                    return Poll::Ready(result);
                }
            }
        }
        // hole: instead
        //| // SAFETY: the attempt is put back after the poll.
        //| let this = unsafe { self.get_unchecked_mut() };
        //| loop {
        //|     let mut attempt = this.attempt.take().expect("`Retry` polled after completion");
        //|     // SAFETY: the attempt is not moved during the poll.
        //|     match unsafe { Pin::new_unchecked(&mut attempt) }.poll(cx) {
        //|         Poll::Pending => {
        //|             this.attempt = Some(attempt);
        //|             return Poll::Pending;
        //|         }
        //|         Poll::Ready(Err(_)) if this.left > 0 => {
        //|             this.left -= 1;
        //|             this.attempt = Some((this.make)());
        //|         }
        //|         Poll::Ready(result) => return Poll::Ready(result),
        //|     }
        //| }
        // hole: end
    }
}
