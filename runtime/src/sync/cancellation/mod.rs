//! [`CancellationToken`]: tells a tree of tasks to stop.

mod guards;
mod wait;

pub use guards::{DropGuard, DropGuardRef};
pub use wait::{WaitForCancellationFuture, WaitForCancellationFutureOwned};

use super::Notify;
use crate::{
    primitives::{AtomicUsize, Mutex, lock},
    taskdump::Resource,
};
use slab::Slab;
use std::{
    fmt,
    future::{Future, poll_fn},
    hash::{Hash, Hasher},
    mem,
    pin::pin,
    // Not loom's, which has no `Weak`.
    sync::{
        Arc, Weak,
        atomic::Ordering::{Acquire, Release},
    },
    task::Poll,
};

/// Tells tasks to stop. It asks and does not enforce: a task checks the token,
/// or waits for it, where it can stop.
///
/// A clone is the same token: it compares equal and has the same hash. A child
/// is cancelled with its parent, and can be cancelled alone. A cancelled token
/// stays cancelled.
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
    node: Arc<TokenNode>,
}

struct TokenNode {
    /// 1 when it is cancelled. Written under the lock of `children`.
    cancelled: AtomicUsize,
    notify: Notify,
    children: Mutex<Slab<Weak<TokenNode>>>,
    /// The parent, and this token's key in the parent's `children`.
    parent: Option<(Arc<TokenNode>, usize)>,
}

impl TokenNode {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn new(cancelled: bool, parent: Option<(Arc<Self>, usize)>) -> Arc<Self> {
        Arc::new(Self {
            cancelled: AtomicUsize::new(cancelled.into()),
            notify: Notify::for_resource(Resource::new("CancellationToken")),
            children: Mutex::new(Slab::new()),
            parent,
        })
    }

    fn is_cancelled(&self) -> bool {
        // Ordering: Acquire pairs with the Release in `cancel`.
        self.cancelled.load(Acquire) != 0
    }

    /// Cancels this token and wakes no task. Returns its children, which the
    /// caller cancels next.
    fn cancel(&self) -> Slab<Weak<Self>> {
        let mut children = lock(&self.children);
        // Under the lock, so that no child is added afterwards.
        // Ordering: Release pairs with the Acquire in `is_cancelled`. A second
        // call stores the value again, which ends the release sequence of the
        // first. That is enough, because the lock orders the calls.
        self.cancelled.store(1, Release);
        mem::take(&mut *children)
    }
}

impl Drop for TokenNode {
    fn drop(&mut self) {
        // The last child of a token drops its parent. A long line of such
        // parents is dropped here in a loop, because recursion would overflow
        // the stack.
        let mut parent = self.parent.take();
        while let Some((node, key)) = parent {
            let this = lock(&node.children).try_remove(key);
            drop(this);
            parent = Arc::into_inner(node).and_then(|mut node| node.parent.take());
        }
    }
}

impl CancellationToken {
    /// Creates a token without a parent.
    #[cfg_attr(feature = "taskdump", track_caller)]
    pub fn new() -> Self {
        let node = TokenNode::new(false, None);
        Self { node }
    }

    /// Creates a token that is cancelled with this one. If this one is cancelled
    /// already, so is the child.
    ///
    /// A child keeps the memory of its parent, and of the parent's parent.
    #[must_use = "a child that is dropped cancels nothing"]
    #[cfg_attr(feature = "taskdump", track_caller)]
    pub fn child_token(&self) -> Self {
        let mut children = lock(&self.node.children);
        if self.is_cancelled() {
            let node = TokenNode::new(true, None);
            return Self { node };
        }
        let entry = children.vacant_entry();
        let parent = (Arc::clone(&self.node), entry.key());
        let node = TokenNode::new(false, Some(parent));
        entry.insert(Arc::downgrade(&node));
        Self { node }
    }

    // ANCHOR: cancel
    /// Cancels this token and all tokens below it. After that it wakes the
    /// tasks that wait for them, so a task that sees one token cancelled finds
    /// the others cancelled, too. Takes time in proportion to the number of
    /// tokens. A second call does nothing.
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
    // ANCHOR_END: cancel

    /// Returns whether the token is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.node.is_cancelled()
    }

    /// Waits until the token is cancelled.
    ///
    /// # Cancel safety
    /// A future that is dropped loses nothing.
    pub fn cancelled(&self) -> WaitForCancellationFuture<'_> {
        WaitForCancellationFuture::new(&self.node)
    }

    /// As [`cancelled`](Self::cancelled), with a future that owns the token.
    ///
    /// # Cancel safety
    /// A future that is dropped loses nothing.
    pub fn cancelled_owned(self) -> WaitForCancellationFutureOwned {
        WaitForCancellationFutureOwned::new(self.node)
    }

    /// Runs `future` to its end. Returns `None` and drops `future` as soon as
    /// the token is cancelled. Each poll checks the token first.
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
    /// owns the token.
    ///
    /// # Cancel safety
    /// That of `future`.
    pub async fn run_until_cancelled_owned<F: Future>(self, future: F) -> Option<F::Output> {
        self.run_until_cancelled(future).await
    }

    /// How many children the token knows.
    #[cfg(all(test, not(loom)))]
    pub(super) fn children(&self) -> usize {
        lock(&self.node.children).len()
    }

    /// Makes a guard that cancels this token when it is dropped.
    pub fn drop_guard(self) -> DropGuard {
        DropGuard::new(self)
    }

    /// Makes a guard that borrows this token and cancels it when it is dropped.
    ///
    /// ```
    /// use wakeful::sync::CancellationToken;
    ///
    /// let token = CancellationToken::new();
    /// {
    ///     let _guard = token.drop_guard_ref();
    ///     assert!(!token.is_cancelled());
    /// }
    /// assert!(token.is_cancelled());
    /// ```
    pub fn drop_guard_ref(&self) -> DropGuardRef<'_> {
        DropGuardRef::new(self)
    }
}

impl Default for CancellationToken {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn default() -> Self {
        Self::new()
    }
}

/// Two tokens are equal if one is a clone of the other.
impl PartialEq for CancellationToken {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.node, &other.node)
    }
}

impl Eq for CancellationToken {}

impl Hash for CancellationToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.node).hash(state);
    }
}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("cancelled", &self.is_cancelled())
            .finish()
    }
}
