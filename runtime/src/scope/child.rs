//! A child of a scope, and the handle on it.

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
    /// The child's future, which sends what it gave to the handle.
    pub(super) struct Child<F: Future, T, E> {
        #[pin]
        future: F,
        split: fn(F::Output) -> Result<T, E>,
        sender: Option<oneshot::Sender<T>>,
    }
}

/// A child of this future, of which the scope learns only whether it failed.
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
            // Without a handle nobody wants it, and it is dropped here.
            drop(sender.send(output));
        }
        Poll::Ready(Ok(()))
    }
}

/// Waits for the output of a child of a scope. Dropping it changes nothing: the
/// scope waits for the child all the same.
///
/// # Panics
/// If it is polled when the scope is over and the child was dropped before it
/// was ready, because another had failed or because the scope was over when it
/// was spawned; and if it is polled again after it was ready.
///
/// # Cancel safety
/// Awaiting `&mut handle` loses nothing if the wait is dropped.
pub struct ScopedJoinHandle<'scope, T> {
    receiver: oneshot::Receiver<T>,
    scope: PhantomData<&'scope ()>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Whether the output is there, or has been collected.
    pub fn is_finished(&self) -> bool {
        self.receiver.is_terminated() || !self.receiver.is_empty()
    }
}

impl<T> Future for ScopedJoinHandle<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let output = ready!(Pin::new(&mut self.receiver).poll(context));
        Poll::Ready(output.expect("the scope was over before this child of it was ready"))
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle")
            .field("finished", &self.is_finished())
            .finish()
    }
}
