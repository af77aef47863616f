//! [`JoinSet`]: tasks whose outputs are collected together.

mod builder;

pub use builder::Builder;

use super::Group;
use crate::{
    budget,
    runtime::{Handle, spawn},
    task::{AbortHandle, Id, JoinError, JoinHandle},
    taskdump,
};
use std::{
    fmt,
    future::{Future, poll_fn},
    panic::{RefUnwindSafe, UnwindSafe, resume_unwind},
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// A set of tasks with outputs of one type. You collect the outputs in the order in
/// which the tasks end. Dropping the set aborts all its tasks.
///
/// # Complexity
/// Spawning a task and collecting its output take constant time, however many tasks
/// the set has: each task wakes the set through a waker of its own. The set
/// allocates memory beside that of the tasks only while it grows.
///
/// ```
/// use wakeful::task::JoinSet;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut squares = JoinSet::new();
///     for n in 1..=10_u64 {
///         squares.spawn(async move { n * n });
///     }
///     let mut sum = 0;
///     while let Some(square) = squares.join_next().await {
///         sum += square?;
///     }
///     assert_eq!(sum, 385);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping the set aborts its tasks"]
pub struct JoinSet<T> {
    tasks: Group<JoinHandle<T>>,
}

// As for `JoinHandle`, a caught panic does not interrupt a change of a task.
impl<T> UnwindSafe for JoinSet<T> {}
impl<T> RefUnwindSafe for JoinSet<T> {}

impl<T> JoinSet<T> {
    /// Creates an empty set. Needs no runtime.
    pub fn new() -> Self {
        Self {
            tasks: Group::new(),
        }
    }

    /// The number of tasks whose end has not been collected.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether the set has no tasks.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Requests that all tasks are dropped at their next suspension points.
    ///
    /// The tasks stay in the set until you collect their ends, as with
    /// [`JoinHandle::abort`]. [`shutdown`](Self::shutdown) does both.
    pub fn abort_all(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }

    /// Removes all tasks from the set without aborting them. They run on, and their
    /// outputs are dropped.
    pub fn detach_all(&mut self) {
        drop(self.tasks.drain());
    }
}

impl<T: 'static> JoinSet<T> {
    fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        let abort = task.abort_handle();
        self.tasks.insert(task);
        // A task that has polled the set may spawn into it without polling it again.
        self.tasks.wake_waiter();
        abort
    }

    /// Spawns a task into the set, as [`spawn`](crate::spawn) does.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(spawn::spawn(future))
    }

    /// Spawns a task into the set on another runtime, as
    /// [`Handle::spawn`](crate::runtime::Handle::spawn) does.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn(future))
    }

    /// Spawns a task into the set that stays on this thread, as
    /// [`spawn_local`](crate::spawn_local) does.
    ///
    /// # Panics
    /// Outside a runtime, and on a multi-thread runtime, where tasks move between threads.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(spawn::spawn_local(future))
    }

    /// Runs `work` on the blocking pool as a task of this set, as
    /// [`spawn_blocking`](crate::spawn_blocking) does. An abort has no effect once
    /// `work` has begun.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, work: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(spawn::spawn_blocking(work))
    }

    /// Runs `work` on the blocking pool of another runtime, as a task of this set.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, work: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn_blocking(work))
    }

    /// Waits until a task ends, and returns its output or a [`JoinError`].
    /// Returns `None` if the set is empty.
    ///
    /// # Cancel safety
    /// If you drop this future before it is ready, nothing is lost.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|context| self.poll_join_next(context)).await
    }

    /// Does what [`join_next`](Self::join_next) does, and returns the task's id too.
    /// An error has it in [`JoinError::id`].
    ///
    /// # Cancel safety
    /// If you drop this future before it is ready, nothing is lost.
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        poll_fn(|context| self.poll_join_next_with_id(context)).await
    }

    /// Returns the end of a task that has ended already. Returns `None` if there is no
    /// such task. It registers no waker.
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.try_join_next_with_id().map(without_id)
    }

    /// Does what [`try_join_next`](Self::try_join_next) does, and returns the task's
    /// id too.
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        // The waiter stays registered, because another task may await the set.
        self.tasks.take_woken(None);
        // No task awaits this call, so it does not spend a budget.
        let context = Context::from_waker(Waker::noop());
        let ended = budget::unconstrained(|| self.tasks.step(&context, poll_with_id))?;
        Some(ended.1)
    }

    /// Polls for the next task that ends, as [`join_next`](Self::join_next) does. The
    /// end of a task wakes the last task that called this.
    ///
    /// Returns `Ready(None)` if the set is empty. May return `Pending` although a
    /// task has ended, if the budget of the calling task is spent. Then that task is
    /// woken.
    pub fn poll_join_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, JoinError>>> {
        let polled = self.poll_join_next_with_id(context);
        polled.map(|ended| ended.map(without_id))
    }

    /// Does what [`poll_join_next`](Self::poll_join_next) does, and returns the task's
    /// id too.
    pub fn poll_join_next_with_id(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        let polled = taskdump::discard_waits(|| self.tasks.poll_next(context, poll_with_id));
        self.tasks.record(&polled, "tasks of a JoinSet");
        polled.map(|ended| ended.map(|(_, result)| result))
    }

    /// Waits for all tasks, and returns their outputs in the order in which they
    /// ended.
    ///
    /// # Panics
    /// If a task panicked, with that task's panic, and if a task was aborted. The
    /// other tasks are aborted.
    ///
    /// # Cancel safety
    /// If you drop this future before it is ready, the tasks are aborted and the
    /// outputs are lost.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(ended) = self.join_next().await {
            match ended.map_err(JoinError::try_into_panic) {
                Ok(output) => outputs.push(output),
                Err(Ok(payload)) => resume_unwind(payload),
                Err(Err(error)) => panic!(
                    "`join_all` needs the output of every task ({error}): use `join_next` for \
                     tasks that may be aborted"
                ),
            }
        }
        outputs
    }

    /// Aborts all tasks and waits until they have ended. Their outputs and panics are
    /// dropped.
    ///
    /// # Cancel safety
    /// If you drop this future before it is ready, the tasks stay in the set, and
    /// they stay aborted.
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }
}

/// Polls a handle. It forgets the id when it is ready, so the id is read first.
fn poll_with_id<T>(
    task: &mut JoinHandle<T>,
    context: &mut Context<'_>,
) -> Poll<Result<(Id, T), JoinError>> {
    let id = task.id();
    let polled = Pin::new(task).poll(context);
    polled.map_ok(|output| (id, output))
}

fn without_id<T>(ended: Result<(Id, T), JoinError>) -> Result<T, JoinError> {
    ended.map(|(_, output)| output)
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.abort_all();
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Spawns every future into a new set.
///
/// # Panics
/// Outside a runtime.
impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        set.extend(futures);
        set
    }
}

/// Spawns every future into the set.
///
/// # Panics
/// Outside a runtime.
impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        for future in futures {
            self.spawn(future);
        }
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}
