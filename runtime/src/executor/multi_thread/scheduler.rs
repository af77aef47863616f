//! A task's way back into its pool: to be queued, kept while it waits, and
//! taken off the list when it ends, on whatever thread that happens.

use super::{Pool, Worker};
use crate::{
    executor::{
        context::{self, Current},
        owned_tasks,
        stable_slot::StableSlot,
    },
    task::{Schedule, Task, UNLISTED},
};
use std::{ptr, sync::atomic::Ordering::Relaxed};

/// A task's way back into a queue of its pool.
#[derive(Clone, Copy)]
pub(super) struct PoolScheduler(pub(super) &'static StableSlot<Pool>);

impl Schedule for PoolScheduler {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read until we give the task away.
        unsafe { *this }.queue(task, Worker::push);
    }

    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: as above.
        unsafe { *this }.queue(task, Worker::push_after_turn);
    }

    fn keep(&self, task: &Task) {
        context::with(|current| match self.here(current) {
            Some(Here::Worker(worker)) => worker.list(task),
            Some(Here::Detached(pool)) => {
                pool.list(task, 0);
                if pool.is_closed() {
                    // The list may have been worked off before. It runs, so
                    // nothing is owed but to run it to its end.
                    let _ = task.header().state.cancel();
                }
            }
            None => unreachable!("a thread of the pool runs it"),
        });
    }

    fn release(&self, task: &Task) -> Option<Task> {
        let is_listed = owned_tasks::key(task) != UNLISTED;
        let listed = context::with(|current| {
            let pool = match self.here(current)? {
                Here::Worker(worker) => {
                    worker.pool().members[worker.index()].tasks.ended();
                    &**worker.pool()
                }
                Here::Detached(pool) => {
                    // Ordering: Relaxed; a figure that orders nothing.
                    pool.remote_spawned.fetch_sub(1, Relaxed);
                    pool
                }
            };
            if let Some(hooks) = &pool.hooks {
                hooks.task_terminate(task.header());
            }
            is_listed.then(|| pool.tasks.remove(task)).flatten()
        });
        // SAFETY: in no list, so the list's reference is still to be had.
        listed.or_else(|| (!is_listed).then(|| unsafe { Task::from_raw(task.as_raw()) }))
    }
}

/// A thread of the pool.
pub(super) enum Here<'a> {
    Worker(&'a Worker),
    /// It has given its worker away.
    Detached(&'a Pool),
}

impl PoolScheduler {
    /// Whether this thread is one of the pool's.
    pub(super) fn here(self, current: Option<Current<'_>>) -> Option<Here<'_>> {
        match current? {
            Current::Worker(worker) if ptr::eq(worker.pool().home, self.0) => {
                Some(Here::Worker(worker))
            }
            Current::Detached(handle) => {
                let pool = handle.pool()?;
                ptr::eq(pool.home, self.0).then_some(Here::Detached(pool))
            }
            _ => None,
        }
    }

    fn queue(self, task: Task, push: fn(&Worker, Task)) {
        let foreign = context::with(|current| match self.here(current) {
            Some(Here::Worker(worker)) => {
                push(worker, task);
                None
            }
            // No worker may come to it any more.
            Some(Here::Detached(pool)) if pool.is_closed() => Some((task, true)),
            _ => Some((task, false)),
        });
        let Some((task, is_too_late)) = foreign else {
            return;
        };
        if is_too_late {
            // SAFETY: taken from nobody's queue, and its future is `Send`.
            return unsafe { task.cancel() };
        }
        match self.0.inside() {
            Some(pool) => pool.inject(task),
            // SAFETY: nobody runs it any more, and its future is `Send`; or it
            // is complete.
            None => unsafe { task.cancel() },
        }
    }
}
