//! Exercise `futures/join-all`: waiting for all of many. A part of a runtime of
//! your own.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for all. Made by [`join_all`].
pub struct JoinAll<F: Future> {
    // hole: begin
    children: Vec<Child<F>>,
    // hole: instead
    //| /// Keep what they have become somewhere, too.
    //| children: Vec<F>,
    // hole: end
}
// hole: begin

/// One of them: it is pending, or what it has become waits.
enum Child<F: Future> {
    Pending(F),
    Done(Option<F::Output>),
}
// hole: instead
// hole: end

/// Polls all futures until each is ready, and drops it then. Their outputs come
/// in the order of the futures, whichever was ready first.
pub fn join_all<F: Future + Unpin>(futures: Vec<F>) -> JoinAll<F> {
    // hole: begin
    JoinAll { children: futures.into_iter().map(Child::Pending).collect() }
    // hole: instead
    //| JoinAll { children: futures }
    // hole: end
}

impl<F: Future<Output: Unpin> + Unpin> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        let mut pending = false;
        for child in &mut self.children {
            if let Child::Pending(future) = child {
                match Pin::new(future).poll(cx) {
                    Poll::Pending => pending = true,
                    Poll::Ready(output) => *child = Child::Done(Some(output)),
                }
            }
        }
        if pending {
            return Poll::Pending;
        }
        let outputs = self.children.iter_mut().map(|child| match child {
            Child::Done(output) => {
                output.take().expect("`JoinAll` polled after completion")
            }
            Child::Pending(_) => unreachable!("all are done"),
        });
        Poll::Ready(outputs.collect())
        // hole: instead
        //| let _ = cx;
        //| todo!("poll the {} futures", self.children.iter_mut().count())
        // hole: end
    }
}
