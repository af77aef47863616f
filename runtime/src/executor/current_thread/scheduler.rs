//! How a task gets back into a queue of its executor.

use super::{ROOT, shared::SharedCore};
use crate::{
    budget,
    executor::{
        context::{self, Current},
        owned_tasks,
        stable_slot::StableSlot,
    },
    task::{JoinHandle, Schedule, Task},
};
use std::{future::Future, panic::Location, ptr, sync::Arc};

/// Leads a task to its executor.
#[derive(Clone, Copy)]
pub(super) struct CoreScheduler(pub(super) &'static StableSlot<SharedCore>);

impl Schedule for CoreScheduler {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        let Self(slot) = unsafe { *this };
        let remote = context::with(|current| match current {
            Some(Current::Core(core)) if ptr::eq(core.slot, slot) => {
                core.push(task);
                None
            }
            _ => Some(task),
        });
        if let Some(task) = remote
            && let Some(shared) = slot.get()
        {
            shared.push(task);
        }
    }

    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        let Self(slot) = unsafe { *this };
        let other = context::with(|current| match current {
            Some(Current::Core(core)) if budget::deferred() && ptr::eq(core.slot, slot) => {
                core.defer(task);
                None
            }
            _ => Some(task),
        });
        if let Some(task) = other {
            // SAFETY: the caller's promise.
            unsafe { Self::schedule(this, task) }
        }
    }

    fn bind(&self, task: &Task) {
        context::with(|current| match current {
            Some(Current::Core(core)) => core.bind(task),
            _ => unreachable!("the core polls the task"),
        });
    }

    fn unbind(&self, task: &Task) -> Option<Task> {
        let key = owned_tasks::key(task);
        if key == ROOT {
            // The root has no list reference, and it does not count as a task.
            return None;
        }
        let listed = context::with(|current| match current {
            Some(Current::Core(core)) if ptr::eq(core.slot, self.0) => {
                core.shared.alive().decrement();
                if let Some(hooks) = &core.hooks {
                    hooks.task_terminate(task.header());
                }
                core.tasks.borrow_mut().remove(key, task)
            }
            // The executor had ended before the task could be bound.
            _ => None,
        });
        let was_bound = owned_tasks::is_bound(task);
        // SAFETY: the task was never bound, so the reference was not taken.
        listed.or_else(|| (!was_bound).then(|| unsafe { owned_tasks::list_reference(task) }))
    }
}

/// Spawns a future on a core from any thread.
pub(crate) fn spawn<F>(
    shared: &Arc<SharedCore>,
    future: F,
    location: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let scheduler = CoreScheduler(shared.slot());
    let (handle, task) = owned_tasks::new_task(future, scheduler, location, 0);
    if let Some(hooks) = shared.hooks() {
        hooks.task_spawn(task.clone());
    }
    shared.push(task);
    handle
}
