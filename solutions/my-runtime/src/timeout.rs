//! Exercise `pinning/timeout`: give a future a time limit.

use std::pin::Pin;
// hole: begin
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
// hole: instead
//| use std::task::{Context, Poll};
// hole: end

/// The future was not ready before its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

// hole: begin
pin_project! {
    /// A future with a time limit. Made by [`timeout`].
    pub struct Timeout<F, D> {
        // `None` when the timeout is over.
        #[pin]
        future: Option<F>,
        #[pin]
        deadline: D,
    }
}
// hole: instead
//| /// A future with a time limit. Made by [`timeout`].
//| pub struct Timeout<F, D> {
//|     /// `None` when the timeout is over.
//|     future: Option<F>,
//|     deadline: D,
//| }
// hole: end

/// Waits for `future`, but only until `deadline` is ready.
///
/// `deadline` is any future that is ready when the time is up. If both are ready
/// at the same poll, `future` wins. When the timeout is over, `future` is dropped
/// at once, at the address where it was polled.
pub fn timeout<F, D>(future: F, deadline: D) -> Timeout<F, D>
where
    F: Future,
    D: Future<Output = ()>,
{
    Timeout { future: Some(future), deadline }
}

impl<F, D> Future for Timeout<F, D>
where
    F: Future,
    D: Future<Output = ()>,
{
    type Output = Result<F::Output, Elapsed>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        let mut this = self.project();
        let pinned = this.future.as_mut().as_pin_mut();
        let result = match pinned.expect("`Timeout` polled after completion").poll(cx) {
            Poll::Ready(output) => Ok(output),
            Poll::Pending => {
                ready!(this.deadline.poll(cx));
                Err(Elapsed)
            }
        };
        this.future.set(None);
        Poll::Ready(result)
        // hole: instead
        //| let this = self.as_ref().get_ref();
        //| let _: (&Option<F>, &D) = (&this.future, &this.deadline);
        //| let _ = cx;
        //| todo!("get a pinned reference to each field, and poll both")
        // hole: end
    }
}
