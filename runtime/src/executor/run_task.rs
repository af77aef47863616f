//! One poll of a task.

use crate::{
    budget,
    hooks::{Hooks, SharedHooks, TaskMeta},
    task::Task,
};

/// Polls a task with a fresh budget, between its hooks if the runtime has hooks.
///
/// # Safety
/// As for [`Task::run`].
#[inline]
pub(super) unsafe fn run_task(task: Task, hooks: &SharedHooks) {
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
    // The poll may free the task.
    let meta = TaskMeta::of(task.header());
    hooks.before_task_poll(&meta);
    // SAFETY: the caller's promise.
    budget::with_budget(|| unsafe { task.run() });
    hooks.after_task_poll(&meta);
}
