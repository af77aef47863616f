//! [`Tracer`]: the list of a traced runtime's tasks, and its counters.

use super::wait::TaskKind;
use crate::{
    executor::context::{self, Current},
    inspect::TaskInfo,
    task::{Header, Id, Task},
    time::{Duration, Timers},
};
use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// The tasks and counters of a traced runtime.
pub(crate) struct Tracer {
    /// Their clock dates the notes.
    timers: Arc<Timers>,
    /// Every task that has not ended, including the work of the blocking pool
    /// and the future of `block_on`.
    tasks: Mutex<BTreeMap<Id, Task>>,
    spawned: AtomicU64,
    workers: Box<[WorkerCounters]>,
}

/// The counters of one worker. Only that worker writes them.
#[derive(Default)]
struct WorkerCounters {
    polls: AtomicU64,
    /// Nanoseconds in polls.
    busy: AtomicU64,
}

thread_local! {
    /// The name of the next task that this thread spawns.
    static NAME: Cell<Option<Arc<str>>> = const { Cell::new(None) };
}

/// Names the task that this thread spawns next. Dropping the guard discards a name
/// that no task took. The name is in a thread-local because there are many ways
/// to spawn, and few callers name their tasks.
#[must_use]
pub(crate) struct NameGuard(());

impl NameGuard {
    pub(crate) fn begin(name: Option<&str>) -> Self {
        NAME.set(name.map(Arc::from));
        Self(())
    }
}

/// Takes the name of the task that this thread is spawning.
pub(crate) fn take_name() -> Option<Arc<str>> {
    NAME.take()
}

impl Drop for NameGuard {
    fn drop(&mut self) {
        // A runtime that is not traced does not take the name.
        NAME.set(None);
    }
}

impl Tracer {
    pub(crate) fn new(timers: Arc<Timers>, workers: usize) -> Self {
        Self {
            timers,
            tasks: Mutex::default(),
            spawned: AtomicU64::new(0),
            workers: (0..workers).map(|_| WorkerCounters::default()).collect(),
        }
    }

    pub(super) fn timers(&self) -> &Arc<Timers> {
        &self.timers
    }

    pub(super) fn now(&self) -> u64 {
        self.timers.clock().nanos()
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<Id, Task>> {
        // No foreign code runs under this lock, so poison means nothing.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a new task. No other thread has seen the task yet.
    pub(crate) fn admit(self: &Arc<Self>, task: Task, kind: TaskKind, name: Option<Arc<str>>) {
        let Header { origin, id, .. } = task.header();
        origin.record.begin(self, kind, name);
        if kind == TaskKind::Task {
            // Ordering: Relaxed, here and below. Counters publish nothing else.
            self.spawned.fetch_add(1, Relaxed);
        }
        let id = *id;
        self.tasks().insert(id, task);
    }

    /// Removes a task that has ended.
    pub(crate) fn release(&self, id: Id) {
        let task = self.tasks().remove(&id);
        // Outside the lock, because the last reference may drop a foreign waker.
        drop(task);
    }

    /// Describes every task that has not ended.
    pub(super) fn inspect(&self) -> Vec<TaskInfo> {
        let now = self.now();
        let tasks = self.tasks();
        let infos = tasks.values();
        infos
            .map(|task| TaskInfo::new(task.header(), now))
            .collect()
    }

    /// Counts a poll on this thread that took `nanos` nanoseconds.
    pub(super) fn count_poll(&self, nanos: u64) {
        let worker = context::with(|current| match current? {
            Current::Local(core) => Some(core.handle().core()),
            Current::Worker(worker) => Some(worker.index()),
            Current::Detached(_) | Current::Guest(_) => None,
        });
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
