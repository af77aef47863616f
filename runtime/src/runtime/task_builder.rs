//! [`Builder`]: spawning with a name or a rank.

use super::{Handle, spawn};
use crate::{
    clock::Instant,
    executor::{
        context::{self, ExecutorContext},
        current_thread::PriorityQueue,
    },
    task::JoinHandle,
    taskdump::NameGuard,
};
use std::future::Future;

/// Spawns tasks with a name or a rank.
///
/// A [task dump](crate::taskdump) shows the name. A runtime that
/// [ranks](crate::runtime::Scheduling::Ranked) its tasks uses the rank.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let sum = runtime.block_on(async {
///     let adder = wakeful::task::Builder::new().name("adder");
///     adder.spawn_local(async { 1 + 2 }).await
/// })?;
/// assert_eq!(sum, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a builder does nothing until it spawns"]
pub struct Builder<'a> {
    name: Option<&'a str>,
    priority: Option<i8>,
    deadline: Option<Instant>,
}

impl<'a> Builder<'a> {
    /// Creates a builder without a name and without a rank.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the task's name. Several tasks may have the same one.
    ///
    /// Without the features `taskdump` and `tracing` this does nothing.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// Sets how urgent the task is among the ready tasks. A task with a greater
    /// priority runs first.
    ///
    /// The default is the spawner's priority. The future of `block_on` has 0.
    ///
    /// This does nothing on a runtime that does not rank its tasks, with
    /// [`spawn_on`](Self::spawn_on), and on the blocking pool.
    pub fn priority(mut self, priority: i8) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sets the time by which the task should be done.
    ///
    /// Among tasks of the same priority, the task with the earlier deadline runs
    /// first, and tasks without a deadline run last. The default is the spawner's
    /// deadline. The runtime does nothing when a deadline passes. Use
    /// [`timeout_at`](crate::time::timeout_at) to stop a task then.
    ///
    /// This does nothing where [`priority`](Self::priority) does nothing.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Spawns a task, as [`spawn`](crate::spawn) does.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let _named = NameGuard::begin(self.name);
        let _ranked = RankGuard::begin(self.priority, self.deadline);
        spawn::spawn(future)
    }

    /// Spawns a task on another runtime, as
    /// [`Handle::spawn`](crate::runtime::Handle::spawn) does.
    ///
    /// ```
    /// use wakeful::{runtime::Handle, task::Builder};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// let sum = runtime.block_on(async {
    ///     let handle = Handle::current();
    ///     Builder::new().name("adder").spawn_on(async { 1 + 2 }, &handle).await
    /// })?;
    /// assert_eq!(sum, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(self, future: F, handle: &Handle) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let _named = NameGuard::begin(self.name);
        handle.spawn(future)
    }

    /// Spawns a task that stays on this thread, as
    /// [`spawn_local`](crate::spawn_local) does.
    ///
    /// # Panics
    /// Outside a runtime, and on a multi-thread runtime, where tasks move between threads.
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let _named = NameGuard::begin(self.name);
        let _ranked = RankGuard::begin(self.priority, self.deadline);
        spawn::spawn_local(future)
    }

    /// Runs `work` on the blocking pool, as
    /// [`spawn_blocking`](crate::spawn_blocking) does.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_blocking<F, T>(self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let _named = NameGuard::begin(self.name);
        spawn::spawn_blocking(work)
    }

    /// Runs `work` on the blocking pool of another runtime, as
    /// [`Handle::spawn_blocking`](crate::runtime::Handle::spawn_blocking) does.
    #[track_caller]
    pub fn spawn_blocking_on<F, T>(self, work: F, handle: &Handle) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let _named = NameGuard::begin(self.name);
        handle.spawn_blocking(work)
    }
}

/// While it exists, tasks that this thread spawns get the rank given to `begin`.
struct RankGuard(());

impl RankGuard {
    /// A `None` inherits the spawner's value.
    fn begin(priority: Option<i8>, deadline: Option<Instant>) -> Option<Self> {
        if priority.is_none() && deadline.is_none() {
            return None;
        }
        with_priority_queue(|priority_queue| {
            priority_queue.choose_next(|rank| {
                rank.priority = priority.unwrap_or(rank.priority);
                rank.deadline = deadline.or(rank.deadline);
            });
        });
        Some(Self(()))
    }
}

impl Drop for RankGuard {
    fn drop(&mut self) {
        with_priority_queue(PriorityQueue::clear_next);
    }
}

fn with_priority_queue(code: impl FnOnce(&PriorityQueue)) {
    context::with(|current| {
        if let Some(ExecutorContext::Local(executor)) = current
            && let Some(priority_queue) = executor.priority_queue()
        {
            code(priority_queue);
        }
    });
}
