//! [`TaskRegistry`]: the list of the tasks of a runtime with task dumps, and its counters.

use crate::{
    clock::Instant,
    task::{Header, Id, Task},
    taskdump::{RecordSink, TaskKind},
    timers::Timers,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// The tasks and counters of a runtime with task dumps.
pub(crate) struct TaskRegistry {
    /// Their clock gives the times of the waits.
    timers: Arc<Timers>,
    /// Every task that has not ended, including the work of the blocking pool
    /// and the future of `block_on`.
    tasks: Mutex<BTreeMap<Id, Task>>,
    spawned: AtomicU64,
    workers: Box<[WorkerCounters]>,
    /// Which worker this thread is, if it is one.
    worker_here: fn() -> Option<usize>,
}

/// The counters of one worker. Only that worker writes them.
#[derive(Default)]
struct WorkerCounters {
    polls: AtomicU64,
    /// Nanoseconds in polls.
    busy: AtomicU64,
}

impl TaskRegistry {
    pub(crate) fn new(
        timers: Arc<Timers>,
        workers: usize,
        worker_here: fn() -> Option<usize>,
    ) -> Self {
        Self {
            timers,
            tasks: Mutex::default(),
            spawned: AtomicU64::new(0),
            workers: (0..workers).map(|_| WorkerCounters::default()).collect(),
            worker_here,
        }
    }

    pub(crate) fn now(&self) -> u64 {
        self.timers.clock().nanos()
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<Id, Task>> {
        // No user code runs under this lock, so poison means nothing.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a new task. No other thread has seen the task yet.
    pub(crate) fn add(self: &Arc<Self>, task: Task, kind: TaskKind, name: Option<Arc<str>>) {
        let Header { stats, id, .. } = task.header();
        let sink: Arc<dyn RecordSink> = self.clone();
        stats.record.begin(&sink, kind, name);
        if kind == TaskKind::Task {
            // Ordering: Relaxed, here and below. Counters publish nothing else.
            self.spawned.fetch_add(1, Relaxed);
        }
        let id = *id;
        self.tasks().insert(id, task);
    }

    /// Removes a task that has ended.
    pub(crate) fn remove(&self, id: Id) {
        let task = self.tasks().remove(&id);
        // Outside the lock, because the last reference may drop a waker of the user's.
        drop(task);
    }

    /// Shows every task that has not ended to `visit`, in the order of their ids.
    pub(crate) fn for_each_task(&self, visit: impl FnMut(&Header)) {
        self.tasks().values().map(Task::header).for_each(visit);
    }

    pub(crate) fn spawned(&self) -> u64 {
        self.spawned.load(Relaxed)
    }

    pub(crate) fn polls(&self, worker: usize) -> u64 {
        self.workers[worker].polls.load(Relaxed)
    }

    pub(crate) fn busy(&self, worker: usize) -> Duration {
        Duration::from_nanos(self.workers[worker].busy.load(Relaxed))
    }
}

impl RecordSink for TaskRegistry {
    fn now(&self) -> u64 {
        self.timers.clock().nanos()
    }

    fn nanos_of(&self, instant: Instant) -> u64 {
        self.timers.clock().nanos_of(instant)
    }

    fn count_poll(&self, nanos: u64) {
        let worker = (self.worker_here)();
        // A thread of the blocking pool is not a worker.
        if let Some(counters) = worker.and_then(|worker| self.workers.get(worker)) {
            // A load and a store lose nothing, because each counter has one writer.
            let add = |counter: &AtomicU64, more| {
                counter.store(counter.load(Relaxed) + more, Relaxed);
            };
            add(&counters.polls, 1);
            add(&counters.busy, nanos);
        }
    }
}
