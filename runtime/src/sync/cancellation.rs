//! [`CancellationToken`]: a word to stop, heard by all below.

use super::notify::{Notified, Notify};
use crate::{
    budget,
    primitives::{AtomicUsize, Mutex, lock},
    trace::Label,
};
use pin_project_lite::pin_project;
use slab::Slab;
use std::{
    fmt,
    future::{Future, poll_fn},
    mem,
    pin::{Pin, pin},
    // Not loom's, which has no `Weak`.
    sync::{
        Arc, Weak,
        atomic::Ordering::{Acquire, Release},
    },
    task::{Context, Poll, ready},
};

/// Tells tasks that they are to stop. It is asked for, not enforced: whoever
/// has the token looks at it, or waits for it, where stopping is possible.
///
/// A clone is the same token. A child is cancelled with its parent, and may be
/// cancelled alone. Tokens cannot be un-cancelled.
///
/// ```
/// use std::time::Duration;
/// use wakeful::{sync::CancellationToken, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let server = CancellationToken::new();
///     let connection = server.child_token();
///     let task = wakeful::spawn_local(async move {
///         let forever = sleep(Duration::from_secs(86_400));
///         connection.run_until_cancelled(forever).await
///     });
///     server.cancel();
///     assert_eq!(task.await?, None);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CancellationToken {
    node: Arc<Node>,
}

struct Node {
    /// 1 when it is cancelled. Written under the lock.
    cancelled: AtomicUsize,
    notify: Notify,
    children: Mutex<Slab<Weak<Node>>>,
    /// Whose child it is, and under which key.
    parent: Option<(Arc<Node>, usize)>,
}

impl Node {
    #[cfg_attr(feature = "trace", track_caller)]
    fn new(cancelled: bool, parent: Option<(Arc<Node>, usize)>) -> Arc<Self> {
        Arc::new(Self {
            cancelled: AtomicUsize::new(cancelled.into()),
            notify: Notify::called(Label::new("CancellationToken")),
            children: Mutex::new(Slab::new()),
            parent,
        })
    }

    fn is_cancelled(&self) -> bool {
        // Ordering: Acquire shows what the canceller did before.
        self.cancelled.load(Acquire) != 0
    }

    /// Cancels this one, and wakes nobody. Returns the children, whose turn it is
    /// then.
    fn cancel(&self) -> Slab<Weak<Node>> {
        let mut children = lock(&self.children);
        // Ordering: Release, see `is_cancelled`. Under the lock, so that no
        // child is added later.
        self.cancelled.store(1, Release);
        let family = mem::take(&mut *children);
        drop(children);
        family
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A long line of tokens that only their children keep goes here in a
        // loop: dropped by each other they would overflow the stack.
        let mut parent = self.parent.take();
        while let Some((node, key)) = parent {
            let me = lock(&node.children).try_remove(key);
            drop(me);
            parent = Arc::into_inner(node).and_then(|mut node| node.parent.take());
        }
    }
}

impl CancellationToken {
    /// A token of its own.
    #[cfg_attr(feature = "trace", track_caller)]
    pub fn new() -> Self {
        let node = Node::new(false, None);
        Self { node }
    }

    /// A token that is cancelled with this one. It is at once if this one is.
    ///
    /// A child keeps its parent's place in memory, and the parent's parent's.
    #[must_use = "a child that is dropped hears nothing"]
    #[cfg_attr(feature = "trace", track_caller)]
    pub fn child_token(&self) -> Self {
        let mut children = lock(&self.node.children);
        if self.is_cancelled() {
            let node = Node::new(true, None);
            return Self { node };
        }
        let place = children.vacant_entry();
        let parent = (Arc::clone(&self.node), place.key());
        let node = Node::new(false, Some(parent));
        place.insert(Arc::downgrade(&node));
        Self { node }
    }

    /// Cancels this token and all below it, and then wakes who waits for that:
    /// whoever hears of one finds the others cancelled. In time proportional to
    /// their number; a second time does nothing.
    pub fn cancel(&self) {
        let mut families = vec![self.node.cancel()];
        let mut cancelled = vec![Arc::clone(&self.node)];
        while let Some(family) = families.pop() {
            for child in family.iter().filter_map(|(_, child)| child.upgrade()) {
                families.push(child.cancel());
                cancelled.push(child);
            }
        }
        for node in cancelled {
            node.notify.notify_waiters();
        }
    }

    /// Whether it has been cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.node.is_cancelled()
    }

    /// Waits until it is cancelled.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub fn cancelled(&self) -> WaitForCancellationFuture<'_> {
        WaitForCancellationFuture {
            node: &self.node,
            notified: self.node.notify.notified(),
        }
    }

    /// As [`cancelled`](Self::cancelled), with a future that borrows nothing.
    ///
    /// # Cancel safety
    /// As [`cancelled`](Self::cancelled).
    pub async fn cancelled_owned(self) {
        self.cancelled().await;
    }

    /// Runs `future` to its end, or returns `None` as soon as the token is
    /// cancelled, and drops it. The token is looked at first.
    ///
    /// # Cancel safety
    /// That of `future`.
    pub async fn run_until_cancelled<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut cancelled = pin!(self.cancelled());
        let mut future = pin!(future);
        poll_fn(|context| {
            if cancelled.as_mut().poll(context).is_ready() {
                return Poll::Ready(None);
            }
            future.as_mut().poll(context).map(Some)
        })
        .await
    }

    /// As [`run_until_cancelled`](Self::run_until_cancelled), with a future that
    /// borrows nothing.
    ///
    /// # Cancel safety
    /// That of `future`.
    pub async fn run_until_cancelled_owned<F: Future>(self, future: F) -> Option<F::Output> {
        self.run_until_cancelled(future).await
    }

    /// How many children it keeps a word for.
    #[cfg(all(test, not(loom)))]
    pub(super) fn children(&self) -> usize {
        lock(&self.node.children).len()
    }

    /// A guard that cancels this token when it is dropped.
    pub fn drop_guard(self) -> DropGuard {
        DropGuard { token: Some(self) }
    }
}

impl Default for CancellationToken {
    #[cfg_attr(feature = "trace", track_caller)]
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("cancelled", &self.is_cancelled())
            .finish()
    }
}

pin_project! {
    /// The future of [`CancellationToken::cancelled`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct WaitForCancellationFuture<'a> {
        node: &'a Node,
        #[pin]
        notified: Notified<'a>,
    }
}

impl Future for WaitForCancellationFuture<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        // What was cancelled before this was made notifies nobody any more.
        if !this.node.is_cancelled() {
            return this.notified.poll(context);
        }
        ready!(budget::poll_proceed(context));
        budget::spend();
        Poll::Ready(())
    }
}

impl fmt::Debug for WaitForCancellationFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForCancellationFuture")
            .finish_non_exhaustive()
    }
}

/// Cancels a [`CancellationToken`] when it is dropped.
#[derive(Debug)]
#[must_use = "the token is cancelled as soon as the guard is dropped"]
pub struct DropGuard {
    token: Option<CancellationToken>,
}

impl DropGuard {
    /// The token, which is not cancelled after all.
    pub fn disarm(mut self) -> CancellationToken {
        self.token.take().expect("there until it is disarmed")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            token.cancel();
        }
    }
}
