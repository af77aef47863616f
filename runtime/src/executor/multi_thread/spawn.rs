//! Spawning on a multi-thread runtime.

use super::{Shared, queues::WeakHandle};
use crate::{
    executor::{
        context::{self, ExecutorContext},
        owned_tasks,
    },
    task::{JoinHandle, Task},
};
use std::{
    future::Future,
    panic::Location,
    sync::{Arc, atomic::Ordering::Relaxed},
};

impl Shared {
    /// Spawns a future from any thread.
    pub(crate) fn spawn<F>(
        self: &Arc<Self>,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        context::with(|current| match current {
            Some(ExecutorContext::Worker(worker)) if Arc::ptr_eq(worker.shared(), self) => {
                worker.spawn(future, location)
            }
            _ => self.spawn_remote(future, location),
        })
    }

    /// Makes a task of this runtime. The caller counts and queues it.
    pub(super) fn new_task<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> (JoinHandle<F::Output>, Task)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let scheduler = WeakHandle(self.weak);
        let created_at = self.driver.timers().last_turn();
        let (handle, task) = owned_tasks::new_task(future, scheduler, location, created_at);
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
