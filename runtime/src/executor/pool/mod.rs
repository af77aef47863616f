//! The executor of several threads, which share their tasks by stealing.
//!
//! - [`worker`]: one thread, its queue and its loop.
//! - [`idle`]: who sleeps, who searches, and whether somebody must be woken.
//! - [`doorbell`]: how one that sleeps is woken.
//! - [`registry`]: every task that has not ended.
//!
//! Each worker has a queue, a reactor and a timer wheel of its own, so what a
//! socket wakes runs where the socket is watched. A worker without work takes
//! from the injector, where other threads put theirs, then half of a sibling's
//! queue. The thread that calls `block_on` is worker 0, and the root future
//! runs there.

mod doorbell;
mod idle;
mod registry;
mod root;
mod worker;

#[cfg(all(test, loom))]
mod models;

pub(crate) use worker::Worker;

use super::{
    context::{self, Current},
    gate::{Gate, Gates},
};
use crate::{
    inspect::{Snapshot, TaskInfo},
    reactor,
    runtime::{Handle, Hooked},
    task::{JoinHandle, Schedule, State, Task},
    time::Timers,
};
use crossbeam_deque::{Injector, Stealer};
use doorbell::Doorbell;
use idle::Idle;
use registry::Registry;
use std::{
    future::Future,
    panic::Location,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

static GATES: Gates<Pool> = Gates::new();

/// What the workers share.
pub(crate) struct Pool {
    members: Box<[Member]>,
    /// What threads outside of the pool have woken or spawned.
    injector: Injector<Task>,
    idle: Idle,
    tasks: Registry,
    /// Worker 0's root future has been woken.
    root_is_due: AtomicBool,
    closed: AtomicBool,
    hooks: Hooked,
    gate: &'static Gate<Pool>,
}

/// A worker, as the others see it.
struct Member {
    stealer: Stealer<Task>,
    doorbell: Doorbell,
    reactor: Arc<reactor::Shared>,
    timers: Arc<Timers>,
}

/// A task's way back into a queue of its pool.
#[derive(Clone, Copy)]
struct Pooled(&'static Gate<Pool>);

impl Schedule for Pooled {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read until we give the task away.
        unsafe { *this }.queue(task, Worker::push);
    }

    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: as above.
        unsafe { *this }.queue(task, Worker::push_back);
    }

    fn release(&self, task: &Task) -> Option<Task> {
        context::with(|current| match current {
            Some(Current::Worker(worker)) if ptr::eq(worker.pool().gate, self.0) => {
                let pool = worker.pool();
                if let Some(hooks) = &pool.hooks {
                    hooks.task_terminate(task.header());
                }
                pool.tasks.remove(task)
            }
            // Spawned too late, and cancelled by who did: it is in no list.
            _ => None,
        })
    }
}

impl Pooled {
    fn queue(self, task: Task, push: fn(&Worker, Task)) {
        let foreign = context::with(|current| match current {
            Some(Current::Worker(worker)) if ptr::eq(worker.pool().gate, self.0) => {
                push(worker, task);
                None
            }
            _ => Some(task),
        });
        if let Some(task) = foreign
            && let Some(pool) = self.0.inside()
        {
            pool.inject(task);
        }
    }
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
    let here = context::with(|current| match current {
        Some(Current::Worker(worker)) if Arc::ptr_eq(worker.pool(), pool) => Some(worker.index()),
        _ => None,
    });
    let shard = here.unwrap_or(0);
    let born = pool.members[shard].timers.last_turn();
    let scheduler = Pooled(pool.gate);
    // Three references: the handle's, the list's and the queue's.
    let task = Task::new(future, scheduler, State::scheduled(3), location, born);
    if let Some(hooks) = &pool.hooks {
        hooks.task_spawn(task.header());
    }
    // SAFETY: counted above, here and for the queue.
    let (listed, queued) =
        unsafe { (Task::from_raw(task.as_raw()), Task::from_raw(task.as_raw())) };
    if pool.tasks.add(shard, listed) {
        queued.schedule();
    } else {
        // A worker tells by itself (`release`).
        if here.is_none()
            && let Some(hooks) = &pool.hooks
        {
            hooks.task_terminate(queued.header());
        }
        // SAFETY: it stands in no queue, and its future is `Send`.
        unsafe { queued.cancel() };
    }
    // SAFETY: the output's type, and the only handle.
    unsafe { JoinHandle::new(task) }
}

impl Pool {
    /// Makes the shared part, for workers of which these are the others' sides.
    pub(crate) fn new(
        stealers: Vec<(Stealer<Task>, Arc<reactor::Shared>, Arc<Timers>)>,
        hooks: Hooked,
    ) -> Arc<Self> {
        let members: Box<[_]> = stealers
            .into_iter()
            .map(|(stealer, reactor, timers)| Member {
                stealer,
                doorbell: Doorbell::new(),
                reactor,
                timers,
            })
            .collect();
        let pool = Arc::new(Self {
            injector: Injector::new(),
            idle: Idle::new(members.len()),
            tasks: Registry::new(members.len()),
            members,
            root_is_due: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            hooks,
            gate: GATES.take(),
        });
        pool.gate.open(Arc::clone(&pool));
        pool
    }

    fn inject(&self, task: Task) {
        self.injector.push(task);
        self.notify();
        // Ordering: SeqCst, after the read-modify-write in `notify`. Either
        // this sees the end, or the end's own drain sees the task.
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

    fn ring(&self, worker: usize) {
        let member = &self.members[worker];
        if member.doorbell.ring() {
            member.reactor.ring();
        }
    }

    /// Whether a worker that is about to sleep should not.
    fn has_work(&self) -> bool {
        !self.injector.is_empty() || self.members.iter().any(|member| !member.stealer.is_empty())
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

    /// Drops every task. The workers have ended.
    pub(crate) fn cancel_all(&self) {
        // SAFETY: no worker is there to run it, and its future is `Send`.
        self.tasks.close(|task| unsafe { task.cancel() });
        self.drain();
        GATES.close(self.gate);
    }

    /// Lets go of tasks that were queued as the pool ended: they are complete.
    fn drain(&self) {
        while !self.injector.is_empty() {
            drop(self.injector.steal());
        }
    }

    pub(crate) fn workers(&self) -> usize {
        self.members.len()
    }

    /// How many tasks have not ended.
    pub(crate) fn alive_tasks(&self) -> usize {
        self.tasks.len()
    }

    pub(crate) fn global_queue_depth(&self) -> usize {
        self.injector.len()
    }

    pub(crate) fn local_queue_depth(&self, worker: usize) -> usize {
        self.members[worker].stealer.len()
    }

    pub(crate) fn timers(&self, worker: usize) -> &Timers {
        &self.members[worker].timers
    }

    pub(crate) fn inspect(&self, handle: &Handle) -> Snapshot {
        let now = handle.timers().clock().nanos();
        let tasks: Vec<TaskInfo> = self.tasks.inspect(now);
        let mut snapshot = handle.shared().inspect(tasks);
        let others = self.members.iter();
        for other in others.filter(|other| !Arc::ptr_eq(&other.reactor, handle.reactor())) {
            snapshot.add(&other.reactor, &other.timers);
        }
        snapshot
    }
}
