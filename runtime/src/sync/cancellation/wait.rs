//! The futures that wait until a token is cancelled.

#[cfg(doc)]
use super::CancellationToken;
use super::TokenNode;
use crate::{
    budget,
    sync::{
        notify::{NotifiedInner, Notify},
        wait_list::PrimitiveRef,
    },
};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    ops::Deref,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// A token that a waiting future borrows.
struct NodeRef<'a>(&'a TokenNode);

/// A token that a waiting future owns.
struct NodeArc(Arc<TokenNode>);

impl Deref for NodeRef<'_> {
    type Target = Notify;

    fn deref(&self) -> &Notify {
        &self.0.notify
    }
}

impl Deref for NodeArc {
    type Target = Notify;

    fn deref(&self) -> &Notify {
        &self.0.notify
    }
}

// SAFETY: a reference points to one node, wherever the reference is.
unsafe impl PrimitiveRef for NodeRef<'_> {}
// SAFETY: the node of an `Arc` lies in the heap and does not move.
unsafe impl PrimitiveRef for NodeArc {}

pin_project! {
    /// The future of [`CancellationToken::cancelled`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct WaitForCancellationFuture<'a> {
        #[pin]
        inner: NotifiedInner<NodeRef<'a>>,
    }
}

pin_project! {
    /// The future of [`CancellationToken::cancelled_owned`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct WaitForCancellationFutureOwned {
        #[pin]
        inner: NotifiedInner<NodeArc>,
    }
}

impl<'a> WaitForCancellationFuture<'a> {
    pub(super) fn new(node: &'a TokenNode) -> Self {
        let inner = NotifiedInner::new(NodeRef(node));
        Self { inner }
    }
}

impl WaitForCancellationFutureOwned {
    pub(super) fn new(node: Arc<TokenNode>) -> Self {
        let inner = NotifiedInner::new(NodeArc(node));
        Self { inner }
    }
}

/// Polls a wait, unless the token is cancelled. A token that was cancelled
/// before the wait began sends no notification.
fn poll_cancelled<H: PrimitiveRef<Target = Notify>>(
    is_cancelled: bool,
    inner: Pin<&mut NotifiedInner<H>>,
    context: &Context<'_>,
) -> Poll<()> {
    if !is_cancelled {
        return inner.poll(context);
    }
    ready!(budget::poll_proceed(context));
    budget::spend();
    Poll::Ready(())
}

impl Future for WaitForCancellationFuture<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let inner = self.project().inner;
        poll_cancelled(inner.handle().0.is_cancelled(), inner, context)
    }
}

impl Future for WaitForCancellationFutureOwned {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let inner = self.project().inner;
        poll_cancelled(inner.handle().0.is_cancelled(), inner, context)
    }
}

impl fmt::Debug for WaitForCancellationFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForCancellationFuture")
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WaitForCancellationFutureOwned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForCancellationFutureOwned")
            .finish_non_exhaustive()
    }
}
