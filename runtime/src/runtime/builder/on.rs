//! Setting the hooks, which `hooks` calls.

use super::Builder;
use crate::executor::hooks::TaskMeta;
use std::sync::Arc;

impl Builder {
    /// Has `hook` called on each thread that the runtime starts, before it does
    /// anything else: the workers but the one in
    /// [`block_on`](crate::Runtime::block_on), whose thread is not the runtime's, and
    /// the threads of the blocking pool.
    ///
    /// This hook and those below can each be set once: a second takes the
    /// first's place. They are called with no lock held, and may use the
    /// runtime as any code on their thread may, but what they take is taken
    /// from the tasks. A hook that panics has that reported, like any panic,
    /// and nothing else comes of it. A runtime without hooks pays one look at
    /// one pointer for each turn of a task.
    pub fn on_thread_start<F>(mut self, hook: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.hooks.thread_start = Some(Arc::new(hook));
        self
    }

    /// Has `hook` called on each thread that the runtime has started, before
    /// it ends. When the runtime's drop returns, that has happened for all
    /// threads that it has waited for.
    pub fn on_thread_stop<F>(mut self, hook: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.hooks.thread_stop = Some(Arc::new(hook));
        self
    }

    /// Has `hook` called on a thread that runs tasks when it has found nothing
    /// to do and is about to sleep, the one in
    /// [`block_on`](crate::Runtime::block_on) among them.
    ///
    /// It may spawn or wake tasks: the thread then runs them instead of
    /// sleeping. That keeps no socket or timer waiting, even if it happens
    /// each time.
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

    /// Has `hook` called on a thread that runs tasks when it goes on after
    /// [`on_thread_park`](Self::on_thread_park)'s, whether or not it has slept.
    pub fn on_thread_unpark<F>(mut self, hook: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        self.hooks.thread_unpark = Some(Arc::new(hook));
        self
    }

    /// Has `hook` called for each task as it is spawned, on the spawner's
    /// thread and before the task can run. Neither the future of
    /// [`block_on`](crate::Runtime::block_on) nor work for the blocking pool is a
    /// task in this sense.
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
    ///         println!("task {} is there", task.id());
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

    /// Has `hook` called when a task has come to its turn, on the thread that
    /// will poll it. An aborted task's last turn is that in which its future
    /// is dropped instead.
    pub fn on_before_task_poll<F>(mut self, hook: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.hooks.before_task_poll = Some(Arc::new(hook));
        self
    }

    /// Has `hook` called when a task's turn is over, also if it was its last:
    /// then after [`on_task_terminate`](Self::on_task_terminate)'s. Of a pool's
    /// task that was woken meanwhile, another worker may have begun the next
    /// turn by then.
    pub fn on_after_task_poll<F>(mut self, hook: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.hooks.after_task_poll = Some(Arc::new(hook));
        self
    }

    /// Has `hook` called once for each task that was spawned, when it has
    /// ended and its future has been dropped: by completion, by a panic, by an
    /// abort or by the end of the runtime.
    pub fn on_task_terminate<F>(mut self, hook: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.hooks.task_terminate = Some(Arc::new(hook));
        self
    }
}
