//! The executor of several threads that steal tasks from each other.
//!
//! Each worker has its own queues. All workers share one reactor and one timer wheel.
//! A worker without work takes from the injector, where other threads put tasks, then
//! half of a sibling's queue. If it finds nothing, it parks on the driver, or on a
//! condition variable if another worker holds the driver. The thread that calls
//! `block_on` runs worker 0, and the `block_on` future runs there.
//!
//! - [`worker`]: a worker and its loop.
//! - [`queues`]: how a task gets into a queue, in which order a worker runs its tasks, and
//!   stealing.
//! - [`park`]: how a worker polls the driver, parks and wakes.
//! - [`handoff`]: `block_in_place`, and which thread runs a worker.
//! - [`block_on`]: the future of `block_on` on worker 0.
//! - [`idle`]: which workers are parked or searching, and whether to wake one.
//! - [`parker`]: parking and waking one worker.
//! - [`driver`]: which worker polls the reactor and the timers.
//! - [`backup_poller`]: which worker polls them if that one is busy.
//! - [`spawn`]: spawning from any thread.
//! - [`sharded_tasks`]: the owned tasks.
//! - [`metrics`], [`shutdown`].
//!
//! # The wake-up protocol
//! Each reason to wake a worker has one place that does it:
//!
//! | reason                                  | the worker that is woken   | function                        |
//! |-----------------------------------------|----------------------------|---------------------------------|
//! | a task is queued and no worker searches | the last that parked, as a | [`Shared::notify`]              |
//! |                                         | searcher                   |                                 |
//! | the last searcher finds a task          | the same                   | [`Worker::end_search`]          |
//! | the last searcher parks while a task is | the same                   | [`Worker::park`], then          |
//! | queued                                  |                            | [`Shared::notify`]              |
//! | a worker leaves the driver with one     | any parked worker, unless  | [`Shared::wake_backup_poller`]  |
//! | task or the `block_on` task to run      | there is a backup poller   |                                 |
//! | the `block_on` task is woken            | worker 0                   | [`Shared::unpark`]              |
//! | a thread wants its worker back          | that worker                | [`Shared::unpark`]              |
//! | the runtime closes                      | all                        | [`Shared::close`]               |
//!
//! # Shutdown
//! Worker 0 ends the runtime in [`Worker::shut_down`], which numbers the steps.

mod backup_poller;
mod block_on;
mod driver;
mod handoff;
mod idle;
mod metrics;
mod park;
mod parker;
mod queues;
mod sharded_tasks;
mod shutdown;
mod spawn;
mod worker;

#[cfg(all(test, loom))]
mod deferred_models;
#[cfg(all(test, loom))]
mod models;

pub(crate) use driver::DriverLock;
pub(crate) use handoff::SendWorker;
pub use handoff::block_in_place;
pub(crate) use worker::Worker;

use super::{
    Settings,
    weak_executor::{FreeList, WeakExecutor},
};
use crate::{
    hooks::SharedHooks,
    primitives::Counter,
    task::{Header, Task},
};
use crossbeam_deque::{Injector, Stealer};
use handoff::Handoff;
use idle::Idle;
use parker::Parker;
use sharded_tasks::ShardedTasks;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

static FREE_EXECUTORS: FreeList<Shared> = FreeList::new();

/// The part that the workers share.
pub(crate) struct Shared {
    remotes: Box<[RemoteWorker]>,
    /// The tasks that threads outside the runtime have woken or spawned.
    injector: Injector<Task>,
    idle: Idle,
    driver: DriverLock,
    tasks: ShardedTasks,
    /// Whether the `block_on` future of worker 0 was woken.
    block_on_is_woken: AtomicBool,
    closed: AtomicBool,
    /// The tasks that threads outside the runtime have spawned.
    spawned_remotely: AtomicUsize,
    hooks: SharedHooks,
    settings: Settings,
    weak: &'static WeakExecutor<Shared>,
}

/// A worker, as the other threads see it.
struct RemoteWorker {
    stealer: Stealer<Task>,
    /// Of the tasks that have yielded.
    deferred: Stealer<Task>,
    parker: Parker,
    handoff: Handoff,
    /// The tasks spawned on this worker minus the tasks that ended on it. A task can
    /// end on another worker, so this may wrap below zero. The sum over all workers
    /// is the number of tasks.
    alive: Counter,
    /// How many times the worker has parked.
    parks: Counter,
}

impl Shared {
    /// `stealers` has the queues of each worker: ready tasks, and tasks that yielded.
    pub(crate) fn new(
        stealers: Vec<[Stealer<Task>; 2]>,
        driver: DriverLock,
        hooks: SharedHooks,
        settings: Settings,
    ) -> Arc<Self> {
        let remotes: Box<[_]> = stealers
            .into_iter()
            .map(|[stealer, deferred]| RemoteWorker {
                stealer,
                deferred,
                parker: Parker::new(),
                handoff: Handoff::new(),
                alive: Counter::default(),
                parks: Counter::default(),
            })
            .collect();
        let shared = Arc::new(Self {
            injector: Injector::new(),
            idle: Idle::new(remotes.len()),
            tasks: ShardedTasks::new(remotes.len()),
            remotes,
            driver,
            block_on_is_woken: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            spawned_remotely: AtomicUsize::new(0),
            hooks,
            settings,
            weak: FREE_EXECUTORS.take(),
        });
        shared.weak.set(Arc::clone(&shared));
        shared
    }

    fn handoff(&self, worker: usize) -> &Handoff {
        &self.remotes[worker].handoff
    }

    /// Adds a task to the list of owned tasks.
    fn bind(&self, task: &Task, worker: usize) {
        self.tasks.bind(worker, task);
    }

    /// Queues a task from a thread that runs no worker.
    fn inject(&self, task: Task) {
        self.injector.push(task);
        self.notify();
        // SeqCst pairs with the store in `close`. The injector's `push` claims its slot
        // with a SeqCst read-modify-write, and `is_empty` reads that slot with SeqCst.
        // So either this load sees the end, or the drain at the end sees the task.
        if self.closed.load(SeqCst) {
            self.cancel_injected();
        }
    }

    /// A task is queued that its worker may not reach soon: wakes a parked worker, if
    /// no worker searches.
    fn notify(&self) {
        if let Some(worker) = self.idle.worker_to_notify() {
            self.unpark(worker);
        }
    }

    /// A worker has left the driver and has something to run: wakes a parked worker,
    /// if no worker holds the driver and there is no backup poller.
    fn wake_backup_poller(&self) {
        if self.driver.backup_poller().is_missing()
            && self.driver.is_free()
            && let Some(worker) = self.idle.any_parked()
        {
            self.unpark(worker);
        }
    }

    fn unpark(&self, worker: usize) {
        if self.remotes[worker].parker.unpark() {
            self.driver.unpark();
        }
    }

    /// Whether a worker that is about to park must not.
    fn has_work(&self) -> bool {
        let has_task =
            |worker: &RemoteWorker| !worker.stealer.is_empty() || !worker.deferred.is_empty();
        !self.injector.is_empty() || self.remotes.iter().any(has_task)
    }

    fn set_block_on_woken(&self) {
        // SeqCst pairs with the load in `block_on_is_woken`, which worker 0 does between
        // announcing that it parks and parking.
        self.block_on_is_woken.store(true, SeqCst);
    }

    fn block_on_is_woken(&self) -> bool {
        // SeqCst pairs with the store in `set_block_on_woken`.
        self.block_on_is_woken.load(SeqCst)
    }

    fn is_closed(&self) -> bool {
        // SeqCst pairs with the store in `close`.
        self.closed.load(SeqCst)
    }

    /// Tells the workers to end, and wakes them.
    fn close(&self) {
        // SeqCst pairs with the loads in `is_closed` and `inject`.
        self.closed.store(true, SeqCst);
        for worker in 0..self.remotes.len() {
            self.unpark(worker);
        }
    }

    /// Shows the tasks in the list to `visit`.
    pub(crate) fn for_each_task(&self, visit: &mut dyn FnMut(&Header)) {
        self.tasks.for_each(visit);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The weak executor holds an `Arc` of this until it is cleared, so it is
        // empty now. A thread that has handed off its worker and is still in a poll holds
        // the worker, and the worker holds this. So all tasks are complete.
        FREE_EXECUTORS.put_back(self.weak);
    }
}
