//! Figures of a runtime.

use super::{
    Handle,
    handle::{Entrance, Shared},
};
#[cfg(feature = "trace")]
use crate::{time::Duration, trace::Tracer};
use std::fmt;

/// Figures of a runtime, as they are at the moment of each call; from
/// [`Handle::metrics`]. They are named as tokio's are.
///
/// Nothing is counted for them that the runtime does not count for itself, so
/// they cost nothing until they are asked for.
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

    fn shared(&self) -> &Shared {
        self.handle.shared()
    }

    /// How many threads run tasks, the one in
    /// [`block_on`](crate::Runtime::block_on) included.
    pub fn num_workers(&self) -> usize {
        match &self.shared().entrance {
            Entrance::Local { cores, .. } => cores.len(),
            Entrance::Pool(pool) => pool.workers(),
        }
    }

    /// How many tasks have been spawned and have not ended. One that was sent
    /// from elsewhere to a thread that does not share its tasks, a
    /// current-thread runtime's or a core's, counts when that has taken it.
    pub fn num_alive_tasks(&self) -> usize {
        match &self.shared().entrance {
            Entrance::Local { cores, .. } => {
                let each = cores.members().iter();
                each.map(|core| core.shared.alive_tasks()).sum()
            }
            Entrance::Pool(pool) => pool.alive_tasks(),
        }
    }

    /// How many tasks other threads have queued and no worker has taken yet. A
    /// core alone does not count them: 1 for each that has some.
    pub fn global_queue_depth(&self) -> usize {
        match &self.shared().entrance {
            Entrance::Local { cores, .. } => {
                let each = cores.members().iter();
                each.filter(|core| core.shared.has_remote()).count()
            }
            Entrance::Pool(pool) => pool.global_queue_depth(),
        }
    }

    /// How many tasks a worker has queued, beside the one that it will run
    /// next. `None` for a runtime whose threads do not share tasks, which does not
    /// count them.
    ///
    /// # Panics
    /// If there is no such worker; they are numbered from 0.
    #[track_caller]
    pub fn worker_local_queue_depth(&self, worker: usize) -> Option<usize> {
        self.check(worker);
        match &self.shared().entrance {
            Entrance::Local { .. } => None,
            Entrance::Pool(pool) => Some(pool.local_queue_depth(worker)),
        }
    }

    /// How often a worker has had nothing to do and has slept.
    ///
    /// # Panics
    /// As [`worker_local_queue_depth`](Self::worker_local_queue_depth).
    #[track_caller]
    pub fn worker_park_count(&self, worker: usize) -> u64 {
        self.check(worker);
        match &self.shared().entrance {
            Entrance::Local { cores, .. } => cores.members()[worker].timers.sleeps(),
            Entrance::Pool(pool) => pool.park_count(worker),
        }
    }

    /// How many threads the blocking pool has.
    pub fn num_blocking_threads(&self) -> usize {
        self.shared().blocking.inspect().threads
    }

    /// How many threads of the blocking pool wait for work.
    pub fn num_idle_blocking_threads(&self) -> usize {
        self.shared().blocking.inspect().idle
    }

    /// How much work waits for a thread of the blocking pool.
    pub fn blocking_queue_depth(&self) -> usize {
        self.shared().blocking.inspect().queued
    }

    /// How many tasks have been spawned, those that have ended among them.
    /// `None` in a runtime that is not [traced](crate::trace), where this would
    /// cost each spawn.
    #[cfg(feature = "trace")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
    pub fn spawned_tasks_count(&self) -> Option<u64> {
        self.handle.tracer().map(Tracer::spawned)
    }

    /// How often a worker has polled a task, or the future of
    /// [`block_on`](crate::Runtime::block_on). `None` in a runtime that is not
    /// [traced](crate::trace).
    ///
    /// # Panics
    /// As [`worker_local_queue_depth`](Self::worker_local_queue_depth).
    #[cfg(feature = "trace")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
    #[track_caller]
    pub fn worker_poll_count(&self, worker: usize) -> Option<u64> {
        self.check(worker);
        self.handle.tracer().map(|tracer| tracer.polls(worker))
    }

    /// How long the polls of a worker have taken, all together. `None` in a
    /// runtime that is not [traced](crate::trace).
    ///
    /// # Panics
    /// As [`worker_local_queue_depth`](Self::worker_local_queue_depth).
    #[cfg(feature = "trace")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
    #[track_caller]
    pub fn worker_total_busy_duration(&self, worker: usize) -> Option<Duration> {
        self.check(worker);
        self.handle.tracer().map(|tracer| tracer.busy(worker))
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
