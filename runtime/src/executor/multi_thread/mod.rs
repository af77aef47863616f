//! The executor of several threads, which share their tasks by stealing.
//!
//! - [`worker`]: one thread, its queue and its loop.
//! - [`idle`]: who sleeps, who searches, and whether somebody must be woken.
//! - [`parker`]: how one that sleeps is woken.
//! - [`driver`]: who watches the sockets and the clock for all.
//! - [`backup_poller`]: who looks after that when it stands empty.
//! - [`handoff`], [`block_in_place`]: who drives a worker whose thread blocks.
//! - [`scheduler`]: a task's way back into its pool.
//! - [`registry`]: every task that waits.
//! - [`counters`]: what each worker counters.
//!
//! Each worker has a queue of its own; a reactor and a timer wheel they have
//! together. A worker without work takes from the injector, where other threads
//! put theirs, then half of a sibling's queue, and at last the watch. The thread
//! that calls `block_on` is worker 0, and the root future runs there.
//!
//! Who sleeps is called when there is a reason, and by one place each:
//!
//! | it happens                          | who is called                | by               |
//! |-------------------------------------|------------------------------|------------------|
//! | work is queued, and nobody searches | the last who lay down, as a  | `Pool::notify`   |
//! |                                     | searcher                     |                  |
//! | the last searcher finds work        | the next, the same way       | `end_search`,    |
//! |                                     |                              | then `notify`    |
//! | the last searcher gives up as work  | whom the one who queued it   | `Worker::rest`   |
//! | comes                               | would have called            |                  |
//! | the watch is left, with one task or | one that sleeps, unless a    | `Pool::relieve`  |
//! | the root to do                      | deputy patrols               |                  |
//! | the root is woken, a seat wanted,   | that very worker             | `Pool::ring`     |
//! | the pool closed                     |                              |                  |

mod backup_poller;
mod block_in_place;
mod counters;
mod driver;
mod handoff;
mod idle;
mod parker;
mod registry;
mod root;
mod scheduler;
mod worker;

#[cfg(all(test, loom))]
mod models;

pub(crate) use block_in_place::HandedOff;
pub use block_in_place::block_in_place;
pub(crate) use driver::DriverLock;
pub(crate) use worker::Worker;

use super::{
    context::{self, Current},
    owned_tasks,
    stable_slot::{StableSlot, StableSlots},
};
use crate::{
    executor::hooks::SharedHooks,
    inspect::{Snapshot, TaskInfo},
    runtime::Handle,
    task::{JoinHandle, State, Task, UNLISTED},
};
use counters::{Balance, Parks};
use crossbeam_deque::{Injector, Steal, Stealer};
use handoff::Handoff;
use idle::Idle;
use parker::Parker;
use registry::Registry;
use scheduler::PoolScheduler;
use std::{
    future::Future,
    panic::Location,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{Relaxed, SeqCst},
        },
    },
};

static SLOTS: StableSlots<Pool> = StableSlots::new();

/// What the workers share.
pub(crate) struct Pool {
    members: Box<[Member]>,
    /// What threads outside of the pool have woken or spawned.
    injector: Injector<Task>,
    idle: Idle,
    driver: DriverLock,
    tasks: Registry,
    /// Worker 0's root future has been woken.
    root_is_due: AtomicBool,
    closed: AtomicBool,
    /// How many tasks other threads have spawned.
    remote_spawned: AtomicUsize,
    hooks: SharedHooks,
    home: &'static StableSlot<Pool>,
}

/// A worker, as the others see it.
struct Member {
    stealer: Stealer<Task>,
    /// Of the tasks that have given way.
    deferred: Stealer<Task>,
    parker: Parker,
    tasks: Balance,
    parks: Parks,
    handoff: Handoff,
}

/// Hands a future to a pool, from whatever thread.
pub(crate) fn spawn<F>(
    pool: &Arc<Pool>,
    future: F,
    location: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    context::with(|current| match current {
        Some(Current::Worker(worker)) if Arc::ptr_eq(worker.pool(), pool) => {
            worker.spawn(future, location)
        }
        _ => pool.spawn_remote(future, location),
    })
}

/// Makes a task, and a reference for whoever queues it.
fn make<F>(
    pool: &Pool,
    future: F,
    location: &'static Location<'static>,
    born: u64,
) -> (JoinHandle<F::Output>, Task)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    // Three references: the handle's, the queue's, and the list's. The list
    // takes its own when the task first waits, if it does.
    let scheduler = PoolScheduler(pool.home);
    let task = Task::new(future, scheduler, State::scheduled(3), location, born);
    if let Some(hooks) = &pool.hooks {
        hooks.task_spawn(task.clone());
    }
    // SAFETY: counted above.
    let queued = unsafe { Task::from_raw(task.as_raw()) };
    // SAFETY: the output's type, and the only handle.
    (unsafe { JoinHandle::new(task) }, queued)
}

impl Worker {
    /// Hands a future to this worker's pool.
    pub(crate) fn spawn<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let born = self.handle().timers().last_turn();
        let (handle, task) = make(self.pool(), future, location, born);
        self.pool().members[self.index()].tasks.spawned();
        if cfg!(feature = "trace") {
            // The inspector shows tasks from their first moment.
            self.list(&task);
        }
        if self.pool().is_closed() {
            // SAFETY: it stands in no queue, and its future is `Send`.
            unsafe { task.cancel() };
        } else {
            self.push(task);
        }
        handle
    }

    fn list(&self, task: &Task) {
        self.pool().list(task, self.index());
    }
}

impl Pool {
    fn spawn_remote<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let born = self.driver.timers().last_turn();
        let (handle, task) = make(self, future, location, born);
        // Ordering: Relaxed; a figure that orders nothing.
        self.remote_spawned.fetch_add(1, Relaxed);
        self.inject(task);
        handle
    }

    /// Puts a task on the list of those that have not ended.
    fn list(&self, task: &Task, worker: usize) {
        // SAFETY: the list's reference, counted at the spawn and taken once:
        // this is called when the task is in no list.
        let listed = unsafe { Task::from_raw(task.as_raw()) };
        self.tasks.add(worker, listed);
    }

    fn handoff(&self, worker: usize) -> &Handoff {
        &self.members[worker].handoff
    }

    /// Cancels a task that was queued as the pool ended. From afar only if it
    /// is in no list: those that are listed are cancelled by the pool's own
    /// threads.
    fn refuse(&self, task: Task) {
        let is_ours = context::with(|current| PoolScheduler(self.home).here(current).is_some());
        if !is_ours && owned_tasks::key(&task) != UNLISTED {
            return;
        }
        // The pool's threads keep the count, and tell, by themselves
        // (`release`).
        if !is_ours {
            // Ordering: as above.
            self.remote_spawned.fetch_sub(1, Relaxed);
            if let Some(hooks) = &self.hooks {
                hooks.task_terminate(task.header());
            }
        }
        // SAFETY: taken from a queue that nobody runs any more, and its future
        // is `Send`.
        unsafe { task.cancel() };
    }
}

impl Pool {
    /// Makes the shared part, for workers of which these are the others' sides:
    /// of the tasks that are ready, and of those that have given way.
    pub(crate) fn new(
        stealers: Vec<[Stealer<Task>; 2]>,
        driver: DriverLock,
        hooks: SharedHooks,
    ) -> Arc<Self> {
        let members: Box<[_]> = stealers
            .into_iter()
            .map(|[stealer, deferred]| Member {
                stealer,
                deferred,
                parker: Parker::new(),
                tasks: Balance::default(),
                parks: Parks::default(),
                handoff: Handoff::new(),
            })
            .collect();
        let pool = Arc::new(Self {
            injector: Injector::new(),
            idle: Idle::new(members.len()),
            tasks: Registry::new(members.len()),
            members,
            driver,
            root_is_due: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            remote_spawned: AtomicUsize::new(0),
            hooks,
            home: SLOTS.take(),
        });
        pool.home.open(Arc::clone(&pool));
        pool
    }

    fn inject(&self, task: Task) {
        self.injector.push(task);
        self.notify();
        // Ordering: SeqCst. The injector's `push` claims its place by a SeqCst
        // exchange, and `is_empty` reads it so: either this sees the end, or the
        // end's own drain sees the task.
        if self.closed.load(SeqCst) {
            self.drain();
        }
    }

    /// There is work that its worker may not come to soon: wakes one that
    /// sleeps, if nobody is searching.
    fn notify(&self) {
        if let Some(worker) = self.idle.whom_to_wake() {
            self.ring(worker);
        }
    }

    /// Somebody has left the watch, with other things to do: wakes one that
    /// sleeps if the watch stands empty and nobody looks after it.
    fn wake_backup_poller(&self) {
        if self.driver.backup_poller().is_missing()
            && self.driver.is_empty()
            && let Some(worker) = self.idle.somebody_asleep()
        {
            self.ring(worker);
        }
    }

    fn ring(&self, worker: usize) {
        if self.members[worker].parker.ring() {
            self.driver.ring();
        }
    }

    /// Whether a worker that is about to sleep should not.
    fn has_work(&self) -> bool {
        let has_task = |member: &Member| !member.stealer.is_empty() || !member.deferred.is_empty();
        !self.injector.is_empty() || self.members.iter().any(has_task)
    }

    fn set_root_due(&self) {
        // Ordering: SeqCst pairs with the loads in `root_is_due` and
        // `Worker::take_root`.
        self.root_is_due.store(true, SeqCst);
    }

    fn root_is_due(&self) -> bool {
        self.root_is_due.load(SeqCst)
    }

    fn is_closed(&self) -> bool {
        // Ordering: SeqCst pairs with `close`.
        self.closed.load(SeqCst)
    }

    /// Tells the workers to end. Their threads are to be joined next.
    pub(crate) fn close(&self) {
        self.closed.store(true, SeqCst);
        for worker in 0..self.members.len() {
            self.ring(worker);
        }
    }

    /// Drops every task that is listed, injected or in a worker's deque: that of
    /// one that is away is nobody else's to work off. The workers have ended, but
    /// threads may be adrift in polls still: those cancel their tasks themselves
    /// when the polls are over.
    fn cancel_all(&self) {
        self.tasks.close(|task| {
            let again = task.clone();
            // SAFETY: no worker is there to run it, and its future is `Send`.
            unsafe { task.cancel() };
            again.abort();
        });
        for member in &self.members {
            for stealer in [&member.stealer, &member.deferred] {
                while let Some(task) = worker::until_settled(|| stealer.steal()) {
                    self.refuse(task);
                }
            }
        }
        self.drain();
    }

    /// Takes what came as the pool ended from the injector.
    fn drain(&self) {
        while !self.injector.is_empty() {
            if let Steal::Success(task) = self.injector.steal() {
                self.refuse(task);
            }
        }
    }

    pub(crate) fn workers(&self) -> usize {
        self.members.len()
    }

    /// How many tasks have not ended.
    pub(crate) fn alive_tasks(&self) -> usize {
        let each = self.members.iter();
        let balance = each.fold(0, |sum, member| member.tasks.get().wrapping_add(sum));
        // Ordering: Relaxed; a figure that orders nothing.
        let alive = self.remote_spawned.load(Relaxed).wrapping_add(balance);
        // A glance at one worker after the other: a task that was begun on the
        // first and ended on the last meanwhile is minus one.
        alive.cast_signed().max(0).cast_unsigned()
    }

    pub(crate) fn global_queue_depth(&self) -> usize {
        self.injector.len()
    }

    pub(crate) fn local_queue_depth(&self, worker: usize) -> usize {
        let Member {
            stealer, deferred, ..
        } = &self.members[worker];
        stealer.len() + deferred.len()
    }

    pub(crate) fn park_count(&self, worker: usize) -> u64 {
        self.members[worker].parks.get()
    }

    pub(crate) fn inspect(&self, handle: &Handle) -> Snapshot {
        let now = handle.timers().clock().nanos();
        let tasks: Vec<TaskInfo> = self.tasks.inspect(now);
        handle.shared().inspect(tasks)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // An open gate would have kept it, so it was shut; and whoever was in a
        // poll, though adrift, holds a worker and by that the pool, so that all
        // tasks are complete.
        SLOTS.give_back(self.home);
    }
}
