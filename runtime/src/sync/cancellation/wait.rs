//! The futures that wait until a token is cancelled.

#[cfg(doc)]
use super::CancellationToken;
use super::TokenNode;
use crate::{
    budget,
    sync::{
        notify::{Notify, Waiting},
        wait_list::WaitableRef,
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
unsafe impl WaitableRef for NodeRef<'_> {}
// SAFETY: the node of an `Arc` lies in the heap and does not move.
unsafe impl WaitableRef for NodeArc {}

pin_project! {
    /// The future of [`CancellationToken::cancelled`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct WaitForCancellationFuture<'a> {
        #[pin]
        waiting: Waiting<NodeRef<'a>>,
    }
}

pin_project! {
    /// The future of [`CancellationToken::cancelled_owned`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct WaitForCancellationFutureOwned {
        #[pin]
        waiting: Waiting<NodeArc>,
    }
}

impl<'a> WaitForCancellationFuture<'a> {
    pub(super) fn new(node: &'a TokenNode) -> Self {
        let waiting = Waiting::new(NodeRef(node));
        Self { waiting }
    }
}

impl WaitForCancellationFutureOwned {
    pub(super) fn new(node: Arc<TokenNode>) -> Self {
        let waiting = Waiting::new(NodeArc(node));
        Self { waiting }
    }
}

/// Polls a wait, unless the token is cancelled. A token that was cancelled
/// before the wait began sends no notification.
fn poll_cancelled<H: WaitableRef<Target = Notify>>(
    is_cancelled: bool,
    waiting: Pin<&mut Waiting<H>>,
    context: &Context<'_>,
) -> Poll<()> {
    if !is_cancelled {
        return waiting.poll(context);
    }
    ready!(budget::poll_proceed(context));
    budget::spend();
    Poll::Ready(())
}

impl Future for WaitForCancellationFuture<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waiting = self.project().waiting;
        poll_cancelled(waiting.handle().0.is_cancelled(), waiting, context)
    }
}

impl Future for WaitForCancellationFutureOwned {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waiting = self.project().waiting;
        poll_cancelled(waiting.handle().0.is_cancelled(), waiting, context)
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
