//! The settings for hooks. The module `hooks` calls them.

use super::Builder;
use crate::hooks::TaskMeta;
use std::sync::Arc;

impl Builder {
    /// Calls `hook` on each thread that the runtime starts, before all else. Those are
    /// the threads of the blocking pool and the workers, except the worker in
    /// [`block_on`](crate::Runtime::block_on), whose thread the program started.
    ///
    /// These rules hold for this hook and for those below:
    ///
    /// - Each can be set once. A second call replaces the first hook.
    /// - A hook is called without a lock. It may use the runtime, and its time is missing
    ///   for the tasks.
    /// - If a hook panics, the panic is reported and otherwise ignored.
    /// - A runtime without hooks tests one pointer for each poll of a task.
    pub fn on_thread_start<F>(mut self, hook: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.hooks.thread_start = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` on each thread that the runtime has started, before the thread ends.
    /// Dropping the runtime waits for threads, and by then their hooks have returned.
    pub fn on_thread_stop<F>(mut self, hook: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.hooks.thread_stop = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` on a thread that has no task to run and is about to park. The thread
    /// in [`block_on`](crate::Runtime::block_on) is one of them.
    ///
    /// The hook may spawn or wake tasks. Then the thread runs them instead of parking.
    /// The runtime still polls sockets and timers, even if that happens each time.
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering::Relaxed}};
    /// use std::time::Duration;
    /// use wakeful::{runtime::Builder, time::sleep};
    ///
    /// let sleeps = Arc::new(AtomicUsize::new(0));
    /// let counted = Arc::clone(&sleeps);
    /// let runtime = Builder::new_current_thread()
    ///     .on_thread_park(move || {
    ///         counted.fetch_add(1, Relaxed);
    ///     })
    ///     .build()?;
    /// runtime.block_on(async { sleep(Duration::from_millis(1)).await });
    /// assert!(sleeps.load(Relaxed) >= 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_park<F>(mut self, hook: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.hooks.thread_park = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` on a thread that goes on after its
    /// [`on_thread_park`](Self::on_thread_park) hook, whether or not it was parked.
    pub fn on_thread_unpark<F>(mut self, hook: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.hooks.thread_unpark = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` for each task that is spawned, on the spawner's thread and before the
    /// task can run. It is not called for the future of
    /// [`block_on`](crate::Runtime::block_on) or for blocking work.
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering::Relaxed}};
    /// use wakeful::runtime::Builder;
    ///
    /// let (alive, one, other) = {
    ///     let alive = Arc::new(AtomicUsize::new(0));
    ///     (Arc::clone(&alive), Arc::clone(&alive), alive)
    /// };
    /// let runtime = Builder::new_current_thread()
    ///     .on_task_spawn(move |task| {
    ///         println!("task {} was spawned", task.id());
    ///         one.fetch_add(1, Relaxed);
    ///     })
    ///     .on_task_terminate(move |_| {
    ///         other.fetch_sub(1, Relaxed);
    ///     })
    ///     .build()?;
    /// runtime.block_on(async { wakeful::spawn_local(async {}).await })?;
    /// assert_eq!(alive.load(Relaxed), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_task_spawn<F>(mut self, hook: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.hooks.task_spawn = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` before each poll of a task, on the thread that polls it. If the
    /// task was aborted, its future is dropped then, and not polled.
    pub fn on_before_task_poll<F>(mut self, hook: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.hooks.before_task_poll = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` after each poll of a task. After the last poll, it follows
    /// [`on_task_terminate`](Self::on_task_terminate). If the task was woken during the
    /// poll, another worker of a multi-thread runtime may already poll it again.
    pub fn on_after_task_poll<F>(mut self, hook: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.hooks.after_task_poll = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` once for each task that was spawned, after its future was dropped. The
    /// task has completed, panicked, or was aborted, or the runtime has ended.
    pub fn on_task_terminate<F>(mut self, hook: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.hooks.task_terminate = Some(Arc::new(hook));
        self
    }
}
