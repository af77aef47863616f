//! [`JoinSet`]: tasks that belong together.

use super::{
    error::JoinError,
    id::Id,
    join::{AbortHandle, JoinHandle},
};
use crate::{budget, executor, group::Group, runtime::Handle, task::spawn_blocking, trace};
use std::{
    fmt,
    future::{Future, poll_fn},
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// Tasks with outputs of one type, collected in the order in which they end.
/// Dropping the set aborts them all.
///
/// # Complexity
/// A task that ends says so by its place in the set: waiting for the next one
/// takes constant time however many there are. Beside the task itself, the
/// set allocates nothing for each once it has held as many before.
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

impl<T> JoinSet<T> {
    /// Without tasks. Needs no runtime yet.
    pub fn new() -> Self {
        Self {
            tasks: Group::new(),
        }
    }

    /// How many tasks there are whose end has not been collected.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Asks for all tasks to be dropped at their next suspension points. They
    /// stay in the set till their ends are collected.
    pub fn abort_all(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }

    /// Lets all tasks go. They go on, and nobody collects their outputs.
    pub fn detach_all(&mut self) {
        drop(self.tasks.drain());
    }
}

impl<T: 'static> JoinSet<T> {
    fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        let abort = task.abort_handle();
        self.tasks.insert(task);
        // Who has polled the set, and adds to it, may not poll it again.
        self.tasks.wake_waiter();
        abort
    }

    /// Spawns a task, as [`spawn`](crate::spawn) does, into the set.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(executor::spawn(future))
    }

    /// Spawns a task of this set on another runtime.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn(future))
    }

    /// Spawns a task that stays on this thread, as
    /// [`spawn_local`](crate::spawn_local) does, into the set.
    ///
    /// # Panics
    /// Outside a runtime, and in a pool, where no task has a thread of its own.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(executor::spawn_local(future))
    }

    /// Runs `work` on the blocking pool, as
    /// [`spawn_blocking`](crate::spawn_blocking) does, as one of this set.
    /// Aborting it helps until it begins.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, work: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(spawn_blocking(work))
    }

    /// Runs `work` on the blocking pool of another runtime, as one of this set.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, work: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn_blocking(work))
    }

    /// Waits for the next task to end: its output, or why there is none.
    /// `None` when the set is empty.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|context| self.poll_join_next(context)).await
    }

    /// [`join_next`](Self::join_next), with the task's name. An error knows it
    /// too.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        poll_fn(|context| self.poll_join_next_with_id(context)).await
    }

    /// A task that has ended, if there is one. Wakes nobody later on.
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.try_join_next_with_id().map(without_id)
    }

    /// [`try_join_next`](Self::try_join_next), with the task's name.
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        // The set's own waiter stays who it was: another poll may be waiting.
        self.tasks.gather(None);
        // Nobody waits, so nobody has to give way.
        let context = Context::from_waker(Waker::noop());
        let ended = budget::unconstrained(|| self.tasks.step(&context, poll_with_id))?;
        Some(ended.1)
    }

    /// [`join_next`](Self::join_next), one poll of it. The last task to poll is
    /// the one that is woken.
    pub fn poll_join_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, JoinError>>> {
        let polled = self.poll_join_next_with_id(context);
        polled.map(|ended| ended.map(without_id))
    }

    /// [`join_next_with_id`](Self::join_next_with_id), one poll of it.
    pub fn poll_join_next_with_id(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        let polled = trace::unsaid(|| self.tasks.poll_next(context, poll_with_id));
        self.tasks.note(&polled, "tasks of a JoinSet");
        polled.map(|ended| ended.map(|(_, result)| result))
    }

    /// Waits for all tasks, and gives their outputs in the order in which they
    /// ended.
    ///
    /// # Panics
    /// With the panic of a task, or if one was aborted. The others are then
    /// aborted.
    ///
    /// # Cancel safety
    /// Dropped, it aborts the tasks and loses the outputs.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(ended) = self.join_next().await {
            match ended.map_err(JoinError::try_into_panic) {
                Ok(output) => outputs.push(output),
                Err(Ok(payload)) => resume_unwind(payload),
                Err(Err(error)) => panic!("join_all: {error}"),
            }
        }
        outputs
    }

    /// Aborts all tasks and waits until they have ended. Their outputs, and
    /// their panics, are dropped.
    ///
    /// # Cancel safety
    /// Dropped, it leaves the tasks aborted, and in the set.
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }
}

/// Polls a task of the set, which knows its name until it is ready.
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

/// Spawns every future into a set.
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
