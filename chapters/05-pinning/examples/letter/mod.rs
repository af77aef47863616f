//! A future that contains a reference into itself, and an unsound `poll`.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

// ANCHOR: read_out
/// Reads a letter aloud, one character for each poll.
pub async fn read_out(letter: [u8; 8]) -> String {
    let mut said = String::new();
    let mut rest = &letter[..];
    while let [next, others @ ..] = rest {
        said.push(char::from(*next));
        rest = others;
        Pause(false).await;
    }
    said
}
// ANCHOR_END: read_out

// ANCHOR: pause
/// Pending at the first poll, ready at the second.
struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let paused = std::mem::replace(&mut self.0, true);
        if paused { Poll::Ready(()) } else { Poll::Pending }
    }
}
// ANCHOR_END: pause

// ANCHOR: poll
/// Polls a future once, without a pin.
pub fn poll<F: Future>(future: &mut F) -> Poll<F::Output> {
    // SAFETY: none! No code here promises that the future stays in its place. The
    // two examples show what happens then.
    let future = unsafe { Pin::new_unchecked(future) };
    future.poll(&mut Context::from_waker(Waker::noop()))
}
// ANCHOR_END: poll

/// Polls a future until it is ready.
pub fn finish<F: Future>(future: &mut F) -> F::Output {
    loop {
        if let Poll::Ready(output) = poll(future) {
            return output;
        }
    }
}
