//! [`TaskTracker`]: waits until a changing set of tasks has ended.

#[cfg(all(test, not(loom)))]
mod tests;

use crate::{
    primitives::AtomicUsize,
    runtime::{Handle, spawn},
    sync::{Notified, Notify},
    task::JoinHandle,
};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::Ordering::{AcqRel, Acquire, Relaxed},
    },
    task::{Context, Poll, ready},
};

/// Waits until all tasks that it tracks have ended, which a graceful shutdown needs.
///
/// [`wait`](Self::wait) completes when the tracker is **closed** and **empty** at the
/// same time. [`close`](Self::close) prevents an early end while the program still
/// spawns tasks: it says that the set is complete. A closed tracker still takes new
/// tasks.
///
/// Clones share one tracker. It does not abort tasks: use a
/// [`CancellationToken`](crate::sync::CancellationToken) to tell them to stop. The
/// design and the names are those of `tokio-util`.
///
/// # Compared to a [`JoinSet`](crate::task::JoinSet)
/// A tracker keeps no outputs, so a task's memory is freed as soon as it ends. Any
/// clone can spawn, from any thread. Dropping a tracker does not abort its tasks.
///
/// # Complexity
/// Spawning a task and its end take constant time: one atomic addition each.
///
/// ```
/// use std::time::Duration;
/// use wakeful::{sync::CancellationToken, task::TaskTracker, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let tracker = TaskTracker::new();
///     let stop = CancellationToken::new();
///     for _ in 0..3 {
///         let stop = stop.clone();
///         tracker.spawn(async move {
///             stop.cancelled().await;
///             sleep(Duration::from_millis(1)).await; // says goodbye
///         });
///     }
///     tracker.close();
///     stop.cancel();
///     tracker.wait().await;
///     assert!(tracker.is_empty());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct TaskTracker {
    shared: Arc<Shared>,
}

const CLOSED: usize = 1;
const TOKEN: usize = 2;

struct Shared {
    /// [`CLOSED`], and a [`TOKEN`] for each tracked task.
    state: AtomicUsize,
    /// Notified each time that the tracker becomes closed and empty.
    on_closed_and_empty: Notify,
}

impl Shared {
    fn is_closed_and_empty(&self) -> bool {
        // Acquire pairs with the Release in `remove`: the waiter sees what the tasks
        // did.
        self.state.load(Acquire) == CLOSED
    }

    fn add(&self) {
        // Relaxed: the caller has the tracker, and the token orders nothing before
        // its end.
        self.state.fetch_add(TOKEN, Relaxed);
    }

    fn remove(&self) {
        // Release pairs with the Acquire in `is_closed_and_empty`, and with the Acquire
        // here in the last task. So the last task sees what the others did, and
        // `notify_waiters` passes that on to the waiters.
        if self.state.fetch_sub(TOKEN, AcqRel) == TOKEN | CLOSED {
            self.on_closed_and_empty.notify_waiters();
        }
    }

    fn close(&self) -> bool {
        // Acquire pairs with the Release in `remove`, if the tracker was empty.
        let before = self.state.fetch_or(CLOSED, AcqRel);
        if before == 0 {
            self.on_closed_and_empty.notify_waiters();
        }
        before & CLOSED == 0
    }

    fn reopen(&self) -> bool {
        // Relaxed: opening publishes nothing.
        self.state.fetch_and(!CLOSED, Relaxed) & CLOSED != 0
    }
}

impl TaskTracker {
    /// Creates an open tracker without tasks. Needs no runtime.
    #[track_caller]
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                state: AtomicUsize::new(0),
                on_closed_and_empty: Notify::new(),
            }),
        }
    }

    /// Waits until the tracker is closed and empty.
    ///
    /// It is enough that both were true at some moment after the call of `wait`. The
    /// future completes even if the tracker has been reopened, or has new tasks,
    /// since.
    ///
    /// # Cancel safety
    /// If you drop the future before it is ready, nothing is lost.
    pub fn wait(&self) -> TaskTrackerWaitFuture<'_> {
        // The `Notified` hears all calls of `notify_waiters` from here on, so the
        // check comes after it.
        let notified = self.shared.on_closed_and_empty.notified();
        let shared = (!self.shared.is_closed_and_empty()).then_some(&*self.shared);
        TaskTrackerWaitFuture { notified, shared }
    }

    /// Closes the tracker, so that [`wait`](Self::wait) may complete. True if it was
    /// open.
    ///
    /// You can still spawn tasks on a closed tracker.
    pub fn close(&self) -> bool {
        self.shared.close()
    }

    /// Opens the tracker again. True if it was closed.
    pub fn reopen(&self) -> bool {
        self.shared.reopen()
    }

    /// Whether the tracker is closed.
    pub fn is_closed(&self) -> bool {
        self.shared.state.load(Acquire) & CLOSED != 0
    }

    /// The number of tracked tasks that have not ended.
    pub fn len(&self) -> usize {
        self.shared.state.load(Acquire) / TOKEN
    }

    /// Whether there are no tracked tasks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Spawns a task, as [`spawn`](crate::spawn) does, and tracks it.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        spawn::spawn(self.track_future(future))
    }

    /// Spawns a task on another runtime, as
    /// [`Handle::spawn`](crate::runtime::Handle::spawn) does, and tracks it.
    #[track_caller]
    pub fn spawn_on<F>(&self, future: F, handle: &Handle) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        handle.spawn(self.track_future(future))
    }

    /// Spawns a task that stays on this thread, as
    /// [`spawn_local`](crate::spawn_local) does, and tracks it.
    ///
    /// # Panics
    /// Outside a runtime, and on a multi-thread runtime, where tasks move between threads.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        spawn::spawn_local(self.track_future(future))
    }

    /// Runs `work` on the blocking pool, as
    /// [`spawn_blocking`](crate::spawn_blocking()) does, and tracks it.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let token = self.token();
        spawn::spawn_blocking(move || {
            let _token = token;
            work()
        })
    }

    /// Runs `work` on the blocking pool of another runtime, as
    /// [`Handle::spawn_blocking`](crate::runtime::Handle::spawn_blocking) does, and
    /// tracks it.
    #[track_caller]
    pub fn spawn_blocking_on<F, T>(&self, work: F, handle: &Handle) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let token = self.token();
        handle.spawn_blocking(move || {
            let _token = token;
            work()
        })
    }

    /// Tracks a future that you run yourself. It counts as a task until it is
    /// dropped, so a future that is complete still counts.
    pub fn track_future<F: Future>(&self, future: F) -> TrackedFuture<F> {
        TrackedFuture {
            future,
            token: self.token(),
        }
    }

    /// Returns a token that counts as a task until it is dropped.
    pub fn token(&self) -> TaskTrackerToken {
        self.shared.add();
        TaskTrackerToken {
            tracker: self.clone(),
        }
    }

    /// Whether both are clones of one tracker.
    pub fn ptr_eq(left: &Self, right: &Self) -> bool {
        Arc::ptr_eq(&left.shared, &right.shared)
    }
}

impl Clone for TaskTracker {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl Default for TaskTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TaskTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTracker")
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// Counts as a task of its tracker until it is dropped. Made by
/// [`TaskTracker::token`].
pub struct TaskTrackerToken {
    tracker: TaskTracker,
}

impl TaskTrackerToken {
    /// The tracker of this token.
    pub fn task_tracker(&self) -> &TaskTracker {
        &self.tracker
    }
}

/// A clone counts as another task.
impl Clone for TaskTrackerToken {
    fn clone(&self) -> Self {
        self.tracker.token()
    }
}

impl Drop for TaskTrackerToken {
    fn drop(&mut self) {
        self.tracker.shared.remove();
    }
}

impl fmt::Debug for TaskTrackerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTrackerToken")
            .field("task_tracker", &self.tracker)
            .finish()
    }
}

pin_project! {
    /// A future that counts as a task of its tracker until it is dropped. Made by
    /// [`TaskTracker::track_future`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct TrackedFuture<F> {
        // Fields are dropped in this order: the future first, then its token.
        #[pin]
        future: F,
        token: TaskTrackerToken,
    }
}

impl<F: Future> Future for TrackedFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(context)
    }
}

pin_project! {
    /// The future that [`TaskTracker::wait`] returns.
    #[must_use = "futures do nothing unless awaited"]
    pub struct TaskTrackerWaitFuture<'a> {
        #[pin]
        notified: Notified<'a>,
        // `None` when the wait is over.
        shared: Option<&'a Shared>,
    }
}

impl Future for TaskTrackerWaitFuture<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let Some(shared) = this.shared else {
            return Poll::Ready(());
        };
        if !shared.is_closed_and_empty() {
            ready!(this.notified.poll(context));
        }
        *this.shared = None;
        Poll::Ready(())
    }
}

impl fmt::Debug for TaskTrackerWaitFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTrackerWaitFuture")
            .field("is_over", &self.shared.is_none())
            .finish_non_exhaustive()
    }
}
