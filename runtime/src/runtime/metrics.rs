//! The metrics of a runtime.

use super::Handle;
use crate::executor::Scheduler;
#[cfg(feature = "taskdump")]
use crate::hooks::{Hooks, TaskRegistry};
use std::fmt;
#[cfg(feature = "taskdump")]
use std::time::Duration;

/// The metrics of a runtime, read at each call. [`Handle::metrics`] returns them. The
/// names are tokio's.
///
/// The runtime needs most of these counts itself. Only `worker_park_count` is counted for
/// the metrics alone: one store each time a worker parks.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let metrics = runtime.handle().metrics();
/// runtime.block_on(async {
///     let task = wakeful::spawn_local(std::future::pending::<()>());
///     assert_eq!(metrics.num_alive_tasks(), 1);
///     task.abort();
///     assert!(task.await.is_err());
///     assert_eq!(metrics.num_alive_tasks(), 0);
/// });
/// assert_eq!(metrics.num_workers(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct RuntimeMetrics {
    handle: Handle,
}

impl RuntimeMetrics {
    pub(super) fn new(handle: Handle) -> Self {
        Self { handle }
    }

    #[cfg(feature = "taskdump")]
    fn task_registry(&self) -> Option<&TaskRegistry> {
        self.handle
            .hooks()
            .as_deref()
            .and_then(Hooks::task_registry)
    }

    /// The number of threads that run tasks, including the thread in
    /// [`block_on`](crate::Runtime::block_on).
    pub fn num_workers(&self) -> usize {
        match self.handle.scheduler() {
            Scheduler::Local { executors, .. } => executors.len(),
            Scheduler::MultiThread(shared) => shared.workers(),
        }
    }

    /// The number of tasks that were spawned and have not ended. If another thread spawns
    /// a task on a current-thread runtime or a core, the task counts when that thread
    /// has taken it.
    pub fn num_alive_tasks(&self) -> usize {
        match self.handle.scheduler() {
            Scheduler::Local { executors, .. } => {
                let each = executors.remotes().iter();
                each.map(|executor| executor.shared.alive_tasks()).sum()
            }
            Scheduler::MultiThread(shared) => shared.alive_tasks(),
        }
    }

    /// The number of tasks that other threads have queued and no worker has taken. A
    /// core does not count them, and adds 1 if there are any.
    pub fn global_queue_depth(&self) -> usize {
        match self.handle.scheduler() {
            Scheduler::Local { executors, .. } => {
                let each = executors.remotes().iter();
                each.filter(|executor| executor.shared.has_injected())
                    .count()
            }
            Scheduler::MultiThread(shared) => shared.global_queue_depth(),
        }
    }

    /// The number of tasks in a worker's queue, without the one in its LIFO slot. `None`
    /// if the runtime is not a multi-thread runtime, because then queues are not counted.
    ///
    /// # Panics
    /// If there is no such worker. The workers are numbered from 0.
    #[track_caller]
    pub fn worker_local_queue_depth(&self, worker: usize) -> Option<usize> {
        self.check(worker);
        match self.handle.scheduler() {
            Scheduler::Local { .. } => None,
            Scheduler::MultiThread(shared) => Some(shared.local_queue_depth(worker)),
        }
    }

    /// How many times a worker has parked because it had no task.
    ///
    /// # Panics
    /// If there is no such worker. The workers are numbered from 0.
    #[track_caller]
    pub fn worker_park_count(&self, worker: usize) -> u64 {
        self.check(worker);
        match self.handle.scheduler() {
            Scheduler::Local { executors, .. } => executors.remotes()[worker].timers.park_count(),
            Scheduler::MultiThread(shared) => shared.park_count(worker),
        }
    }

    /// The number of threads of the blocking pool.
    pub fn num_blocking_threads(&self) -> usize {
        self.handle.blocking().load().threads
    }

    /// The number of threads of the blocking pool that wait for work.
    pub fn num_idle_blocking_threads(&self) -> usize {
        self.handle.blocking().load().idle
    }

    /// The amount of work that waits for a thread of the blocking pool.
    pub fn blocking_queue_depth(&self) -> usize {
        self.handle.blocking().load().queued
    }

    /// The number of tasks that were spawned, including those that have ended. `None` in
    /// a runtime without [task dumps](crate::taskdump), because the count would cost each
    /// spawn.
    #[cfg(feature = "taskdump")]
    #[cfg_attr(docsrs, doc(cfg(feature = "taskdump")))]
    pub fn spawned_tasks_count(&self) -> Option<u64> {
        self.task_registry().map(TaskRegistry::spawned)
    }

    /// How many times a worker has polled a task or the future of
    /// [`block_on`](crate::Runtime::block_on). `None` in a runtime without
    /// [task dumps](crate::taskdump).
    ///
    /// # Panics
    /// If there is no such worker. The workers are numbered from 0.
    #[cfg(feature = "taskdump")]
    #[cfg_attr(docsrs, doc(cfg(feature = "taskdump")))]
    #[track_caller]
    pub fn worker_poll_count(&self, worker: usize) -> Option<u64> {
        self.check(worker);
        self.task_registry()
            .map(|task_registry| task_registry.polls(worker))
    }

    /// The total time of a worker's polls. `None` in a runtime without
    /// [task dumps](crate::taskdump).
    ///
    /// # Panics
    /// If there is no such worker. The workers are numbered from 0.
    #[cfg(feature = "taskdump")]
    #[cfg_attr(docsrs, doc(cfg(feature = "taskdump")))]
    #[track_caller]
    pub fn worker_total_busy_duration(&self, worker: usize) -> Option<Duration> {
        self.check(worker);
        self.task_registry()
            .map(|task_registry| task_registry.busy(worker))
    }

    #[track_caller]
    fn check(&self, worker: usize) {
        let workers = self.num_workers();
        assert!(
            worker < workers,
            "there is no worker {worker}: this runtime has {workers}, numbered from 0"
        );
    }
}

impl fmt::Debug for RuntimeMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeMetrics")
            .field("num_workers", &self.num_workers())
            .field("num_alive_tasks", &self.num_alive_tasks())
            .field("global_queue_depth", &self.global_queue_depth())
            .field("num_blocking_threads", &self.num_blocking_threads())
            .field(
                "num_idle_blocking_threads",
                &self.num_idle_blocking_threads(),
            )
            .field("blocking_queue_depth", &self.blocking_queue_depth())
            .finish()
    }
}
