//! The executor of one thread.
//!
//! - [`run`]: the loop.
//! - [`queue`]: the tasks that are ready, and how a task gets there.
//! - [`inject`]: the tasks that other threads made ready, and the protocol of parking.
//! - [`shared`]: what other threads hold of an executor, and spawning from there.
//! - [`priority_queue`]: the ready tasks of an executor that ranks them.
//!
//! The future of `block_on` is an entry of the queue like any task, so it waits for
//! its turn, and waking it costs as little.
//!
//! # Shutdown
//! [`LocalExecutor::shut_down`]:
//!
//! 1. From now on, [`LocalExecutor::spawn`] cancels its task at once.
//! 2. Cancel the tasks in the list of owned tasks.
//! 3. Close the reactor and the timers. The tasks of other runtimes that wait there
//!    are woken and see an error.
//! 4. Cancel the tasks in the run queue: those that were never polled.
//! 5. Close the inject queue and cancel its tasks. A later push returns its task, and
//!    the pushing thread cancels it.
//! 6. Cancel the placeholder of the `block_on` task.
//! 7. Cancel the tasks that the destructors have queued since step 4.
//! 8. Clear the weak executor.

mod inject;
mod priority_queue;
mod queue;
mod run;
mod shared;

#[cfg(all(test, loom))]
mod models;

pub(crate) use priority_queue::PriorityQueue;
pub(crate) use shared::Shared;

use super::{
    Driver, Handle, Settings, after_shutdown,
    block_on_task::BlockOnTask,
    owned_tasks::{self, OwnedTasks},
    poll_counter::PollCounter,
    weak_executor::{FreeList, WeakExecutor},
};
use crate::{
    fork,
    hooks::SharedHooks,
    task::{Header, JoinHandle, NO_KEY, Task},
};
use queue::{RunQueue, WeakHandle};
use std::{
    cell::{Cell, RefCell},
    future::Future,
    mem,
    panic::Location,
    ptr,
    sync::Arc,
};

/// The key of the `block_on` task, which is in no list.
const BLOCK_ON_KEY: u32 = NO_KEY - 1;

#[cfg(not(loom))]
static FREE_EXECUTORS: FreeList<Shared> = FreeList::new();
// Each run of a model begins with an empty list.
#[cfg(loom)]
loom::lazy_static! {
    static ref FREE_EXECUTORS: FreeList<Shared> = FreeList::new();
}

/// The part of the executor that only its own thread touches.
pub(crate) struct LocalExecutor {
    queue: RunQueue,
    /// The tasks that yielded since the last poll of the driver. The next poll of the
    /// driver moves them into `queue`.
    deferred: RunQueue,
    /// The last task in `queue` when the first of those yielded. The driver is polled
    /// after it has run, and that sets this field to null. Null also if `queue` was
    /// empty. The pointer is only compared. The task stays allocated while it is queued,
    /// so no other task in the queue has its address.
    last_before_driver: Cell<*const Header>,
    /// Replaces `queue` if the runtime ranks its tasks.
    priority_queue: Option<Box<PriorityQueue>>,
    /// The tasks that wait. A task that was never polled is in a queue instead.
    tasks: RefCell<OwnedTasks>,
    /// Stands in the queue for the future of `block_on`.
    block_on_task: BlockOnTask,
    driver: Driver,
    shared: Arc<Shared>,
    /// A copy of the hooks of `shared`, which saves an indirection.
    hooks: SharedHooks,
    weak: &'static WeakExecutor<Shared>,
    poll_counter: PollCounter,
    settings: Settings,
    /// Whether a task panicked in a runtime that ends then.
    has_panicked: Cell<bool>,
    closing: Cell<bool>,
    /// Whether a spawn needs [`spawn_slow`](Self::spawn_slow): there are ranks or
    /// hooks, or the executor is closing. One test replaces three.
    needs_slow_spawn: Cell<bool>,
}

impl LocalExecutor {
    #[track_caller]
    pub(crate) fn new(driver: Driver, shared: Arc<Shared>, settings: Settings) -> Self {
        let ranked = settings.ranked;
        let weak = shared.weak();
        weak.set(Arc::clone(&shared));
        let block_on_task = BlockOnTask::new(WeakHandle(weak));
        owned_tasks::set_key(block_on_task.task(), BLOCK_ON_KEY);
        // With the feature `taskdump`, the inspector shows tasks from their spawn on.
        let needs_slow_spawn = ranked || shared.hooks().is_some() || cfg!(feature = "taskdump");
        Self {
            queue: RunQueue::new(),
            deferred: RunQueue::new(),
            last_before_driver: Cell::new(ptr::null()),
            priority_queue: ranked.then(Box::default),
            tasks: RefCell::default(),
            block_on_task,
            driver,
            needs_slow_spawn: Cell::new(needs_slow_spawn),
            hooks: shared.hooks().clone(),
            shared,
            weak,
            poll_counter: PollCounter::new(&settings),
            settings,
            has_panicked: Cell::new(false),
            closing: Cell::new(false),
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.driver.handle()
    }

    pub(crate) fn priority_queue(&self) -> Option<&PriorityQueue> {
        self.priority_queue.as_deref()
    }

    pub(crate) fn spawn<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let scheduler = WeakHandle(self.weak);
        let created_at = self.handle().timers().last_turn();
        let (handle, task) = owned_tasks::new_task(future, scheduler, location, created_at);
        self.shared.alive().increment();
        if self.needs_slow_spawn.get() {
            self.spawn_slow(task);
        } else {
            self.queue.push(task);
        }
        handle
    }

    /// Calls the hook, ranks, binds and queues a new task. Cancels it if the executor
    /// is closing.
    #[cold]
    fn spawn_slow(&self, task: Task) {
        // The rank comes first, because the hook may spawn too.
        let rank = self
            .priority_queue
            .as_ref()
            .map(|priority_queue| priority_queue.take_next());
        if let Some(hooks) = &self.hooks {
            hooks.task_spawn(task.clone());
        }
        if self.closing.get() {
            // SAFETY: this thread spawned the task, and no queue holds it.
            return unsafe { after_shutdown::cancel(task) };
        }
        self.bind(&task);
        if let (Some(priority_queue), Some(rank)) = (&self.priority_queue, rank) {
            priority_queue.set(&task, rank);
        }
        self.push(task);
    }

    /// Adds a task to the list of owned tasks.
    fn bind(&self, task: &Task) {
        let mut tasks = self.tasks.borrow_mut();
        owned_tasks::set_key(task, tasks.next_key());
        // SAFETY: the task was in no list, so this is the first time.
        tasks.insert(unsafe { owned_tasks::list_reference(task) });
    }

    /// Queues the tasks that other threads have woken or spawned.
    fn take_injected(&self) {
        self.poll_counter.restart_queue();
        self.shared.inject().take(|task| {
            if !owned_tasks::is_owned(&task) {
                self.shared.alive().increment();
                if self.needs_slow_spawn.get() {
                    self.bind(&task);
                }
                if let Some(priority_queue) = &self.priority_queue {
                    priority_queue.set_default(&task);
                }
            }
            self.push(task);
        });
    }

    /// Ends the executor. The [module](self) numbers the steps.
    ///
    /// A second call does nothing: a panic of a task may have ended the executor.
    pub(crate) fn shut_down(&self) {
        if self.closing.replace(true) {
            return;
        }
        self.needs_slow_spawn.set(true);
        let tasks = mem::take(&mut *self.tasks.borrow_mut());
        if fork::happened_since(self.handle().reactor().fork_id()) {
            // These are copies of the parent's tasks. The parent drops its own.
            mem::forget(tasks);
            return;
        }
        for task in tasks {
            // SAFETY: this thread spawned the task, or it is `Send`. No task runs,
            // because `block_on` borrows the runtime that is being dropped.
            unsafe { task.cancel() };
        }
        self.driver.close();
        self.handle().timers().close();
        self.queue.append(&self.deferred);
        self.cancel_queued();
        self.shared.inject().close(|task| {
            if !owned_tasks::is_owned(&task) {
                self.shared.alive().increment();
            }
            // SAFETY: another thread spawned the task, so it is `Send`. Or another
            // thread woke it, and then the list held it and it is complete.
            unsafe { task.cancel() };
        });
        // SAFETY: the placeholder is `Send`.
        unsafe { self.block_on_task.task().clone().cancel() };
        self.cancel_queued();
        self.weak.clear();
    }

    fn cancel_queued(&self) {
        while let Some(task) = self.pop() {
            // SAFETY: this thread spawned the task, or it is `Send`. No task runs,
            // because `block_on` borrows the runtime that is being dropped.
            unsafe { task.cancel() };
        }
    }

    /// Shows the tasks in the list to `visit`.
    pub(crate) fn for_each_task(&self, visit: &mut dyn FnMut(&Header)) {
        self.tasks.borrow().iter().map(Task::header).for_each(visit);
    }
}
