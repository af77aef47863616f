//! What is traced of a runtime: its tasks, from every thread, and figures.

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

/// A runtime's, if it was built to be traced.
pub(crate) struct Tracer {
    /// For their clock.
    timers: Arc<Timers>,
    /// Every task that has not ended, work of the blocking pool and the future
    /// of `block_on` among them.
    tasks: Mutex<BTreeMap<Id, Task>>,
    spawned: AtomicU64,
    workers: Box<[Figures]>,
}

/// A worker's. Only that worker writes.
#[derive(Default)]
struct Figures {
    polls: AtomicU64,
    busy: AtomicU64,
}

thread_local! {
    /// What the next task that this thread spawns is called.
    static NAME: Cell<Option<Arc<str>>> = const { Cell::new(None) };
}

/// While it lives, the task that this thread spawns next has a name. This is a
/// thread-local and no argument, for there are many ways to spawn, and few name.
#[must_use]
pub(crate) struct NameGuard(());

impl NameGuard {
    pub(crate) fn begin(name: Option<&str>) -> Self {
        NAME.set(name.map(Arc::from));
        Self(())
    }
}

/// What the task that is being spawned on this thread is called.
pub(crate) fn take_name() -> Option<Arc<str>> {
    NAME.take()
}

impl Drop for NameGuard {
    fn drop(&mut self) {
        // In a runtime that is not traced nobody has taken it.
        NAME.set(None);
    }
}

impl Tracer {
    pub(crate) fn new(timers: Arc<Timers>, workers: usize) -> Self {
        Self {
            timers,
            tasks: Mutex::default(),
            spawned: AtomicU64::new(0),
            workers: (0..workers).map(|_| Figures::default()).collect(),
        }
    }

    pub(super) fn timers(&self) -> &Arc<Timers> {
        &self.timers
    }

    pub(super) fn now(&self) -> u64 {
        self.timers.clock().nanos()
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<Id, Task>> {
        // No stranger's code runs under this lock.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task has been spawned, and nobody has seen it yet.
    pub(crate) fn admit(self: &Arc<Self>, task: Task, kind: TaskKind, name: Option<Arc<str>>) {
        let Header { origin, id, .. } = task.header();
        origin.record.begin(self, kind, name);
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

    /// Every task that has not ended.
    pub(super) fn inspect(&self) -> Vec<TaskInfo> {
        let now = self.now();
        let tasks = self.tasks();
        let infos = tasks.values();
        infos
            .map(|task| TaskInfo::new(task.header(), now))
            .collect()
    }

    /// A poll on this thread took so many nanoseconds.
    pub(super) fn count_poll(&self, nanos: u64) {
        let worker = context::with(|current| match current? {
            Current::Local(core) => Some(core.handle().core()),
            Current::Worker(worker) => Some(worker.index()),
            Current::Detached(_) | Current::Guest(_) => None,
        });
        // Threads of the blocking pool are no workers.
        if let Some(figures) = worker.and_then(|worker| self.workers.get(worker)) {
            let add = |figure: &AtomicU64, more| figure.store(figure.load(Relaxed) + more, Relaxed);
            add(&figures.polls, 1);
            add(&figures.busy, nanos);
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
