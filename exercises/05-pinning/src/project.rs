//! Exercise `pinning/project`: poll a field that is pinned, and change a field that is
//! not.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that counts its polls. Made by [`counted`].
pub struct Counted<F> {
    /// Pinned with the whole.
    future: F,
    /// Not pinned.
    polls: u32,
}

/// Waits for `future`, and returns its output with the number of polls that it needed.
pub fn counted<F: Future>(future: F) -> Counted<F> {
    Counted { future, polls: 0 }
}

impl<F: Future> Future for Counted<F> {
    type Output = (F::Output, u32);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_ref().get_ref();
        let _: (&F, u32, _) = (&this.future, this.polls, cx);
        todo!("count this poll, and poll the future where it is")
    }
}
