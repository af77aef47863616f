//! What other threads hold of an executor.

use super::{
    FREE_EXECUTORS,
    inject::{InjectQueue, Pushed},
    queue::WeakHandle,
};
use crate::{
    executor::{
        after_shutdown,
        context::{self, ExecutorContext},
        owned_tasks,
        weak_executor::WeakExecutor,
    },
    hooks::SharedHooks,
    primitives::Counter,
    reactor,
    task::{JoinHandle, Task},
};
use std::{future::Future, panic::Location, ptr, sync::Arc};

/// The inject queue of an executor, the reactor that its thread parks on, and the cell in
/// which tasks find it.
pub(crate) struct Shared {
    inject: InjectQueue,
    reactor: Arc<reactor::Handle>,
    hooks: SharedHooks,
    alive: AliveTasks,
    weak: &'static WeakExecutor<Shared>,
}

/// The number of tasks that have not ended. Only the executor's thread writes it, and no
/// other thread writes to its cache line.
#[derive(Default)]
#[repr(align(128))]
struct AliveTasks(Counter);

impl Shared {
    pub(crate) fn new(reactor: Arc<reactor::Handle>, hooks: SharedHooks) -> Self {
        Self {
            inject: InjectQueue::new(),
            reactor,
            hooks,
            alive: AliveTasks::default(),
            weak: FREE_EXECUTORS.take(),
        }
    }

    pub(super) fn weak(&self) -> &'static WeakExecutor<Self> {
        self.weak
    }

    pub(super) fn inject(&self) -> &InjectQueue {
        &self.inject
    }

    pub(super) fn alive(&self) -> &Counter {
        &self.alive.0
    }

    /// The number of tasks that have not ended. A task that another thread spawned
    /// counts from the moment when the executor has taken it.
    pub(crate) fn alive_tasks(&self) -> usize {
        usize::try_from(self.alive().get()).unwrap_or(usize::MAX)
    }

    /// Whether the inject queue holds a task.
    pub(crate) fn has_injected(&self) -> bool {
        self.inject.has_tasks()
    }

    pub(crate) fn hooks(&self) -> &SharedHooks {
        &self.hooks
    }

    /// Spawns a future on this executor from any thread.
    pub(crate) fn spawn_remote<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let scheduler = WeakHandle(self.weak);
        let (handle, task) = owned_tasks::new_task(future, scheduler, location, 0);
        if let Some(hooks) = &self.hooks {
            hooks.task_spawn(task.clone());
        }
        self.push(task);
        handle
    }

    /// Queues a task from any thread.
    pub(crate) fn push(&self, task: Task) {
        match self.inject.push(task) {
            Pushed::Unpark => self.reactor.unpark(),
            Pushed::ConsumerIsAwake => {}
            Pushed::Closed(task) => self.cancel_after_shutdown(task),
        }
    }

    /// Cancels a task that came after the shutdown.
    fn cancel_after_shutdown(&self, task: Task) {
        // For an owned task, and on the executor's thread, `release` counts the end and calls
        // the hook.
        if !owned_tasks::is_owned(&task)
            && !self.count_if_own_thread()
            && let Some(hooks) = &self.hooks
        {
            hooks.task_terminate(task.header());
        }
        // SAFETY: the queue returned the task. It was spawned from another thread, so it
        // is `Send`. Or it was woken, and then it is complete since the shutdown.
        unsafe { after_shutdown::cancel(task) }
    }

    /// On the executor's own thread, counts a task whose end `release` will count too.
    fn count_if_own_thread(&self) -> bool {
        context::with(|current| match current {
            Some(ExecutorContext::Local(executor)) if ptr::eq(executor.weak, self.weak) => {
                self.alive().increment();
                true
            }
            _ => false,
        })
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The weak executor holds an `Arc` of this until it is cleared, so it is empty now.
        FREE_EXECUTORS.put_back(self.weak);
    }
}
