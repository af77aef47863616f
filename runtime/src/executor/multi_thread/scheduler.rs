//! Spawning on a pool, and how a task gets back into a queue of its pool.

use super::{Pool, Worker};
use crate::{
    executor::{
        context::{self, Current},
        late, owned_tasks,
        stable_slot::StableSlot,
    },
    task::{JoinHandle, Schedule, Task},
};
use std::{
    future::Future,
    panic::Location,
    ptr,
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// Leads a task to its pool.
#[derive(Clone, Copy)]
pub(super) struct PoolScheduler(pub(super) &'static StableSlot<Pool>);

/// A thread of the pool.
pub(super) enum PoolThread<'a> {
    /// It drives this worker.
    Worker(&'a Worker),
    /// It has given its worker away.
    Detached(&'a Pool),
}

impl Schedule for PoolScheduler {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        unsafe { *this }.queue(task, Worker::push);
    }

    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        unsafe { *this }.queue(task, Worker::push_after_poll);
    }

    fn bind(&self, task: &Task) {
        context::with(|current| match self.this_thread(current) {
            Some(PoolThread::Worker(worker)) => worker.bind(task),
            Some(PoolThread::Detached(pool)) => {
                pool.bind(task, 0);
                if pool.is_closed() {
                    // The shutdown may have emptied the list before. This thread runs
                    // the task, so the mark is enough: it cancels the task next.
                    let _ = task.header().state.transition_to_scheduled_and_cancel();
                }
            }
            None => unreachable!("a thread of the pool polls the task"),
        });
    }

    fn unbind(&self, task: &Task) -> Option<Task> {
        let is_bound = owned_tasks::is_bound(task);
        let listed = context::with(|current| {
            let pool = match self.this_thread(current)? {
                PoolThread::Worker(worker) => {
                    worker.remote().alive.decrement();
                    &**worker.pool()
                }
                PoolThread::Detached(pool) => {
                    // Relaxed: the count publishes nothing.
                    pool.spawned_remotely.fetch_sub(1, Relaxed);
                    pool
                }
            };
            if let Some(hooks) = &pool.hooks {
                hooks.task_terminate(task.header());
            }
            is_bound.then(|| pool.tasks.remove(task)).flatten()
        });
        // SAFETY: the task was never bound, so the reference was not taken.
        listed.or_else(|| (!is_bound).then(|| unsafe { owned_tasks::list_reference(task) }))
    }
}

impl PoolScheduler {
    /// This thread, if it belongs to the pool.
    pub(super) fn this_thread(self, current: Option<Current<'_>>) -> Option<PoolThread<'_>> {
        match current? {
            Current::Worker(worker) if ptr::eq(worker.pool().slot, self.0) => {
                Some(PoolThread::Worker(worker))
            }
            Current::Detached(handle) => {
                let pool = handle.pool()?;
                ptr::eq(pool.slot, self.0).then_some(PoolThread::Detached(pool))
            }
            _ => None,
        }
    }

    /// Queues a task by `push` on a worker's thread, or else in the injector.
    fn queue(self, task: Task, push: fn(&Worker, Task)) {
        let remote = context::with(|current| match self.this_thread(current) {
            Some(PoolThread::Worker(worker)) => {
                push(worker, task);
                None
            }
            // No worker takes from the injector any more.
            Some(PoolThread::Detached(pool)) if pool.is_closed() => Some((task, true)),
            _ => Some((task, false)),
        });
        let Some((task, is_late)) = remote else {
            return;
        };
        match self.0.get() {
            Some(pool) if !is_late => pool.inject(task),
            // SAFETY: no queue holds the task, and its future is `Send`.
            _ => unsafe { late::cancel(task) },
        }
    }
}

/// Spawns a future on a pool from any thread.
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

impl Pool {
    /// Makes a task of this pool. The caller counts and queues it.
    pub(super) fn new_task<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> (JoinHandle<F::Output>, Task)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let scheduler = PoolScheduler(self.slot);
        let spawned_at = self.driver.timers().last_turn();
        let (handle, task) = owned_tasks::new_task(future, scheduler, location, spawned_at);
        if let Some(hooks) = &self.hooks {
            hooks.task_spawn(task.clone());
        }
        (handle, task)
    }

    fn spawn_remote<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (handle, task) = self.new_task(future, location);
        // Relaxed: the count publishes nothing.
        self.spawned_remotely.fetch_add(1, Relaxed);
        self.inject(task);
        handle
    }
}
