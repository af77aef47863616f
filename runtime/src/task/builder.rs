//! Spawning with a name or a rank.

use super::{JoinHandle, rank::Ranking};
use crate::{time::Instant, trace::NameGuard};
use std::future::Future;

/// Spawns tasks that have a name, for who looks inside the runtime, or a rank,
/// for a runtime that [ranks](crate::runtime::Scheduling::Ranked) its tasks.
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
    /// Without a name or a rank yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the task is called. Names need not differ. Forgotten without the
    /// features `trace` and `tracing`.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// How urgent the task is among those that are ready: the greater, the
    /// sooner. Unless told, a task is as urgent as its spawner; the future of
    /// `block_on` has 0.
    ///
    /// Says nothing to a runtime that does not rank its tasks, nor to the
    /// blocking pool.
    pub fn priority(mut self, priority: i8) -> Self {
        self.priority = Some(priority);
        self
    }

    /// By when the task has promised to be done. Among tasks of one priority
    /// the earlier deadline goes first, and none goes last. Unless told, a task
    /// has its spawner's. Nothing happens by itself when it passes: that is
    /// what [`timeout_at`](crate::time::timeout_at) is for.
    ///
    /// Says nothing where [`priority`](Self::priority) does not.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// As [`spawn`](crate::spawn).
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
        let _ranked = Ranking::begin(self.priority, self.deadline);
        crate::spawn(future)
    }

    /// As [`spawn_local`](crate::spawn_local).
    ///
    /// # Panics
    /// Outside a runtime, and in a pool, where no task has a thread of its own.
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let _named = NameGuard::begin(self.name);
        let _ranked = Ranking::begin(self.priority, self.deadline);
        crate::spawn_local(future)
    }

    /// As [`spawn_blocking`](crate::spawn_blocking).
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
        crate::spawn_blocking(work)
    }
}
