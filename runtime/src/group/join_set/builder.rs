//! [`Builder`]: spawning into a set with a name or a rank.

use super::JoinSet;
use crate::{
    clock::Instant,
    runtime::Handle,
    task::{self, AbortHandle},
};
use std::{fmt, future::Future};

/// Spawns one task into a [`JoinSet`], with a name or a rank. See
/// [`JoinSet::build_task`].
///
/// Each method does what the method of the same name of [`task::Builder`] does. The
/// methods that spawn return an [`AbortHandle`], because the set keeps the
/// [`JoinHandle`](task::JoinHandle).
#[must_use = "a builder does nothing until it spawns"]
pub struct Builder<'a, T> {
    set: &'a mut JoinSet<T>,
    task: task::Builder<'a>,
}

impl<T> JoinSet<T> {
    /// Sets the name or the rank of the next task before it is spawned.
    ///
    /// ```
    /// use wakeful::task::JoinSet;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let mut readers = JoinSet::new();
    ///     for number in 1..=3 {
    ///         let name = format!("reader {number}");
    ///         readers.build_task().name(&name).spawn(async move { number });
    ///     }
    ///     assert_eq!(readers.join_all().await.iter().sum::<i32>(), 6);
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn build_task(&mut self) -> Builder<'_, T> {
        Builder {
            set: self,
            task: task::Builder::new(),
        }
    }
}

impl<'a, T> Builder<'a, T> {
    /// Sets the task's name. See [`task::Builder::name`].
    pub fn name(mut self, name: &'a str) -> Self {
        self.task = self.task.name(name);
        self
    }

    /// Sets how urgent the task is. See [`task::Builder::priority`].
    pub fn priority(mut self, priority: i8) -> Self {
        self.task = self.task.priority(priority);
        self
    }

    /// Sets the time by which the task should be done. See
    /// [`task::Builder::deadline`].
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.task = self.task.deadline(deadline);
        self
    }
}

impl<T: 'static> Builder<'_, T> {
    /// Spawns a task into the set, as [`JoinSet::spawn`] does.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.set.insert(self.task.spawn(future))
    }

    /// Spawns a task into the set on another runtime, as [`JoinSet::spawn_on`] does.
    #[track_caller]
    pub fn spawn_on<F>(self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.set.insert(self.task.spawn_on(future, handle))
    }

    /// Spawns a task into the set that stays on this thread, as
    /// [`JoinSet::spawn_local`] does.
    ///
    /// # Panics
    /// Outside a runtime, and on a multi-thread runtime, where tasks move between threads.
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.set.insert(self.task.spawn_local(future))
    }

    /// Runs `work` on the blocking pool as a task of the set, as
    /// [`JoinSet::spawn_blocking`] does.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_blocking<F>(self, work: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.set.insert(self.task.spawn_blocking(work))
    }

    /// Runs `work` on the blocking pool of another runtime, as
    /// [`JoinSet::spawn_blocking_on`] does.
    #[track_caller]
    pub fn spawn_blocking_on<F>(self, work: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.set.insert(self.task.spawn_blocking_on(work, handle))
    }
}

impl<T> fmt::Debug for Builder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("set", &self.set)
            .field("task", &self.task)
            .finish()
    }
}
