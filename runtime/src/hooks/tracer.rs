//! What is traced of a runtime: its tasks, from every thread, and figures.

use crate::{
    clock::Instant,
    task::{Header, Id, Task},
    timers::Timers,
    trace::{TaskKind, TraceSink},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// A runtime's, if it was built to be traced.
pub(crate) struct Tracer {
    /// For their clock.
    timers: Arc<Timers>,
    /// Every task that has not ended, work of the blocking pool and the future
    /// of `block_on` among them.
    tasks: Mutex<BTreeMap<Id, Task>>,
    spawned: AtomicU64,
    workers: Box<[Figures]>,
    /// Which worker this thread is, if it is one.
    worker_here: fn() -> Option<usize>,
}

/// A worker's. Only that worker writes.
#[derive(Default)]
struct Figures {
    polls: AtomicU64,
    busy: AtomicU64,
}

impl Tracer {
    pub(crate) fn new(
        timers: Arc<Timers>,
        workers: usize,
        worker_here: fn() -> Option<usize>,
    ) -> Self {
        Self {
            timers,
            tasks: Mutex::default(),
            spawned: AtomicU64::new(0),
            workers: (0..workers).map(|_| Figures::default()).collect(),
            worker_here,
        }
    }

    pub(crate) fn now(&self) -> u64 {
        self.timers.clock().nanos()
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<Id, Task>> {
        // No stranger's code runs under this lock.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task has been spawned, and nobody has seen it yet.
    pub(crate) fn admit(self: &Arc<Self>, task: Task, kind: TaskKind, name: Option<Arc<str>>) {
        let Header { origin, id, .. } = task.header();
        let sink: Arc<dyn TraceSink> = self.clone();
        origin.record.begin(&sink, kind, name);
        if kind == TaskKind::Task {
            // Ordering: Relaxed, here and below; figures order nothing.
            self.spawned.fetch_add(1, Relaxed);
        }
        let id = *id;
        self.tasks().insert(id, task);
    }

    /// The task has ended.
    pub(crate) fn release(&self, id: Id) {
        let task = self.tasks().remove(&id);
        // Outside the lock: the last reference may free a stranger's waker.
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

impl TraceSink for Tracer {
    fn now(&self) -> u64 {
        self.timers.clock().nanos()
    }

    fn nanos_of(&self, instant: Instant) -> u64 {
        self.timers.clock().nanos_of(instant)
    }

    fn count_poll(&self, nanos: u64) {
        // Threads of the blocking pool are not workers.
        let worker = (self.worker_here)();
        if let Some(figures) = worker.and_then(|worker| self.workers.get(worker)) {
            let add = |figure: &AtomicU64, more| figure.store(figure.load(Relaxed) + more, Relaxed);
            add(&figures.polls, 1);
            add(&figures.busy, nanos);
        }
    }
}
