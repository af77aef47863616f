//! Exercise `pinning/retry`: a combinator that moves what is pinned, to be mended.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Tries until it succeeds. Made by [`retry`].
pub struct Retry<M, F> {
    make: M,
    /// How many attempts are left after this one.
    left: u32,
    /// Pinned with the whole. `None` between two attempts, and when it is over.
    attempt: Option<F>,
}

/// Makes a future and polls it to its end; if that is an error, makes another, up
/// to `attempts` of them. The last error is the result. No two of them are alive at
/// the same time.
pub fn retry<M, F, T, E>(attempts: u32, mut make: M) -> Retry<M, F>
where
    M: FnMut() -> F,
    F: Future<Output = Result<T, E>>,
{
    let attempt = Some(make());
    Retry { make, left: attempts.saturating_sub(1), attempt }
}

// hole: begin
// The closure may be moved at any time: only the attempt is pinned.
impl<M, F: Unpin> Unpin for Retry<M, F> {}
// hole: instead
//| // The attempt may be moved at any time: there will be another.
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
    /// When polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        // SAFETY: the attempt is not moved: it is polled and dropped in its place.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: it is pinned with the whole, which is `Unpin` only if it is.
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
        //| // SAFETY: what is taken out here is put back.
        //| let this = unsafe { self.get_unchecked_mut() };
        //| loop {
        //|     let mut attempt = this.attempt.take().expect("`Retry` polled after completion");
        //|     // SAFETY: it is not moved while it is polled.
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
