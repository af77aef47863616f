//! A child of a scope, and its join handle.

use crate::sync::oneshot;
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

pin_project! {
    /// The child's future. It sends its output to the handle.
    pub(super) struct Child<F: Future, T, E> {
        #[pin]
        future: F,
        split: fn(F::Output) -> Result<T, E>,
        sender: Option<oneshot::Sender<T>>,
    }
}

/// Wraps `future` as a child. The scope learns only whether it failed.
pub(super) fn child<'scope, F: Future, T, E>(
    future: F,
    split: fn(F::Output) -> Result<T, E>,
) -> (Child<F, T, E>, ScopedJoinHandle<'scope, T>) {
    let (sender, receiver) = oneshot::channel();
    let child = Child {
        future,
        split,
        sender: Some(sender),
    };
    let handle = ScopedJoinHandle {
        receiver,
        scope: PhantomData,
    };
    (child, handle)
}

impl<F: Future, T, E> Future for Child<F, T, E> {
    type Output = Result<(), E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), E>> {
        let this = self.project();
        let output = (this.split)(ready!(this.future.poll(context)))?;
        if let Some(sender) = this.sender.take() {
            // If the handle is gone, `send` returns the output and it is dropped here.
            drop(sender.send(output));
        }
        Poll::Ready(Ok(()))
    }
}

/// Waits for the output of a child of a scope. Dropping the handle changes
/// nothing: the scope still waits for the child.
///
/// # Panics
/// - If it is polled after the scope dropped the child before the child was
///   ready. The scope does that if another child failed, or if the scope had
///   ended before the child was spawned.
/// - If it is polled again after it was ready.
///
/// # Cancel safety
/// Awaiting `&mut handle` loses nothing if that wait is dropped.
pub struct ScopedJoinHandle<'scope, T> {
    receiver: oneshot::Receiver<T>,
    scope: PhantomData<&'scope ()>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Whether the child has an output, even if this handle has already returned it.
    pub fn is_finished(&self) -> bool {
        self.receiver.is_terminated() || !self.receiver.is_empty()
    }
}

impl<T> Future for ScopedJoinHandle<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let output = ready!(Pin::new(&mut self.receiver).poll(context));
        Poll::Ready(output.expect("the scope ended before this child was ready"))
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle")
            .field("finished", &self.is_finished())
            .finish()
    }
}
