//! One turn of a task.

use crate::{
    budget,
    hooks::{Hooks, SharedHooks, TaskMeta},
    task::Task,
};

/// Gives a task its turn, with a budget of its own, between its hooks if there
/// are any.
///
/// # Safety
/// As for [`Task::run`].
#[inline]
pub(crate) unsafe fn run_task(task: Task, hooks: &SharedHooks) {
    if let Some(hooks) = hooks {
        // SAFETY: the caller's promise.
        unsafe { run_task_with_hooks(task, hooks) }
    } else {
        // SAFETY: the caller's promise.
        budget::with_budget(|| unsafe { task.run() });
    }
}

/// # Safety
/// As for [`Task::run`].
#[cold]
#[inline(never)]
unsafe fn run_task_with_hooks(task: Task, hooks: &Hooks) {
    // The task may be gone after its turn.
    let meta = TaskMeta::of(task.header());
    hooks.before_task_poll(&meta);
    // SAFETY: the caller's promise.
    budget::with_budget(|| unsafe { task.run() });
    hooks.after_task_poll(&meta);
}
