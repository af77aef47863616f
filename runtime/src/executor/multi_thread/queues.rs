//! The queues of a worker: in which order its tasks run.
//!
//! 1. The task in the LIFO slot, [`MAX_LIFO_POLLS`] times in a row at most.
//! 2. The worker's own queue.
//! 3. The injector. It comes first when `PollCounter` says that it is due.
//! 4. Half of a sibling's queue, but at most as many tasks as crossbeam moves at once.
//! 5. The tasks of this worker that have yielded, after a poll of the driver.
//! 6. A sibling's task that has yielded.
//!
//! [`WeakHandle`] queues a task that was woken. On a worker's thread the task goes into
//! the LIFO slot, or to the end of the queue if it was woken during its poll. From another
//! thread it goes into the injector.

use super::{Shared, Worker};
use crate::{
    budget,
    executor::{
        after_shutdown,
        context::{self, ExecutorContext},
        owned_tasks,
        weak_executor::WeakExecutor,
    },
    rng,
    task::{Schedule, Task},
};
use crossbeam_deque::Steal;
use std::{ptr, sync::atomic::Ordering::Relaxed};

/// How many times in a row a worker runs the task in the LIFO slot before it takes
/// one from the queue. Without a limit, two tasks that wake each other would starve
/// the others.
const MAX_LIFO_POLLS: u32 = 3;

/// Leads a task to its executor.
#[derive(Clone, Copy)]
pub(super) struct WeakHandle(pub(super) &'static WeakExecutor<Shared>);

/// A thread of the runtime.
pub(super) enum ThisThread<'a> {
    /// It runs this worker.
    Worker(&'a Worker),
    /// It has handed off its worker.
    HandedOff(&'a Shared),
}

impl Schedule for WeakHandle {
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
            Some(ThisThread::Worker(worker)) => worker.bind(task),
            Some(ThisThread::HandedOff(shared)) => {
                shared.bind(task, 0);
                if shared.is_closed() {
                    // The shutdown may have emptied the list already, so it would not
                    // cancel this task. This thread is running the task. It sees the
                    // flag that is set here, and cancels the task itself.
                    let _ = task.header().state.transition_to_scheduled_and_cancel();
                }
            }
            None => unreachable!("a thread of the runtime polls the task"),
        });
    }

    fn release(&self, task: &Task) -> Option<Task> {
        let is_owned = owned_tasks::is_owned(task);
        let listed = context::with(|current| {
            let shared = match self.this_thread(current)? {
                ThisThread::Worker(worker) => {
                    worker.remote().alive.decrement();
                    &**worker.shared()
                }
                ThisThread::HandedOff(shared) => {
                    // Relaxed: the count publishes nothing.
                    shared.spawned_remotely.fetch_sub(1, Relaxed);
                    shared
                }
            };
            if let Some(hooks) = &shared.hooks {
                hooks.task_terminate(task.header());
            }
            is_owned.then(|| shared.tasks.remove(task)).flatten()
        });
        // SAFETY: the task was never in the list. So the reference that `new_task`
        // counted for the list still has no owner.
        listed.or_else(|| (!is_owned).then(|| unsafe { owned_tasks::list_reference(task) }))
    }
}

impl WeakHandle {
    /// This thread, if it belongs to the runtime.
    pub(super) fn this_thread(
        self,
        current: Option<ExecutorContext<'_>>,
    ) -> Option<ThisThread<'_>> {
        match current? {
            ExecutorContext::Worker(worker) if ptr::eq(worker.shared().weak, self.0) => {
                Some(ThisThread::Worker(worker))
            }
            ExecutorContext::HandedOff(handle) => {
                let shared = handle.multi_thread()?;
                ptr::eq(shared.weak, self.0).then_some(ThisThread::HandedOff(shared))
            }
            _ => None,
        }
    }

    /// Queues a task by `push` on a worker's thread, or else in the injector.
    fn queue(self, task: Task, push: fn(&Worker, Task)) {
        let remote = context::with(|current| match self.this_thread(current) {
            Some(ThisThread::Worker(worker)) => {
                push(worker, task);
                None
            }
            // No worker takes from the injector any more.
            Some(ThisThread::HandedOff(shared)) if shared.is_closed() => Some((task, true)),
            _ => Some((task, false)),
        });
        let Some((task, is_after_shutdown)) = remote else {
            return;
        };
        match self.0.upgrade() {
            Some(shared) if !is_after_shutdown => shared.inject(task),
            // SAFETY: no queue holds the task, and its future is `Send`.
            _ => unsafe { after_shutdown::cancel(task) },
        }
    }
}

impl Worker {
    /// Queues a task that was woken or spawned here, to run next.
    pub(super) fn push(&self, task: Task) {
        if !self.has_lifo_slot {
            return self.push_back(task);
        }
        if let Some(displaced) = self.lifo_slot.replace(Some(task)) {
            self.push_back(displaced);
        }
    }

    /// Queues a task behind all others. Another task is in the LIFO slot or running, so
    /// there is work for a second worker.
    fn push_back(&self, task: Task) {
        self.queue.push(task);
        if !self.is_waking_batch.get() {
            self.shared().notify();
        }
    }

    /// Queues a task that was woken during its poll. A task that yielded comes after the
    /// tasks that are queued here now, and after the next poll of the driver.
    pub(super) fn push_after_poll(&self, task: Task) {
        if !budget::deferred() {
            return self.push_back(task);
        }
        self.poll_driver_soon();
        self.deferred.push(task);
        if self.queue_len() > 0 {
            self.shared().notify();
        }
    }

    /// Queues the `block_on` task, which yielded.
    pub(super) fn defer_block_on(&self) {
        self.poll_driver_soon();
        self.block_on_is_deferred.set(true);
    }

    /// Sets the next poll of the driver to the time when the tasks that are queued now
    /// have had their turns. Does nothing if an earlier task that yielded has set it.
    fn poll_driver_soon(&self) {
        if !self.has_deferred() {
            self.poll_counter.poll_driver_within(self.queue_len());
        }
    }

    /// How many tasks are queued here, without those that yielded.
    pub(super) fn queue_len(&self) -> u32 {
        let len = self.queue.len() + usize::from(self.has_lifo_task());
        len.try_into().unwrap_or(u32::MAX)
    }

    pub(super) fn has_lifo_task(&self) -> bool {
        let task = self.lifo_slot.take();
        let has_task = task.is_some();
        self.lifo_slot.set(task);
        has_task
    }

    /// Whether the queue holds a task that a sibling can steal.
    pub(super) fn has_stealable(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether the `block_on` task, which was woken, still lets other tasks run first.
    /// Each call uses up one of the turns that it gives them.
    pub(super) fn block_on_skips_turn(&self) -> bool {
        let waits = self.block_on_skips.get();
        self.block_on_skips.set(waits.saturating_sub(1));
        waits > 0
    }

    pub(super) fn has_deferred(&self) -> bool {
        !self.deferred.is_empty() || self.block_on_is_deferred.get()
    }

    /// Queues the tasks that yielded behind all others. Returns whether there were any: a
    /// sibling may have to be notified.
    pub(super) fn requeue_deferred(&self) -> bool {
        let mut requeued = false;
        while let Some(task) = self.deferred.pop() {
            self.queue.push(task);
            requeued = true;
        }
        if self.block_on_is_deferred.take() {
            let limit = self.poll_counter.driver_interval();
            self.block_on_skips.set(self.queue_len().min(limit));
            self.shared().set_block_on_woken();
        }
        requeued
    }

    /// Moves all tasks to where siblings can steal them.
    pub(super) fn make_stealable(&self) {
        if let Some(task) = self.lifo_slot.take() {
            self.queue.push(task);
        }
        self.requeue_deferred();
    }

    /// Moves the task in the LIFO slot to where siblings can steal it, and notifies one.
    pub(super) fn share_lifo_task(&self) {
        if let Some(task) = self.lifo_slot.take() {
            self.push_back(task);
        }
    }

    /// Takes the task that runs next.
    pub(super) fn next_task(&self) -> Option<Task> {
        let task = self.lifo_slot.take();
        if task.is_some() {
            let polls = self.lifo_polls.get();
            if polls < MAX_LIFO_POLLS || self.queue.is_empty() {
                self.lifo_polls.set(polls.saturating_add(1));
                return task;
            }
        }
        self.lifo_polls.set(0);
        if let Some(task) = task {
            self.push_back(task);
        }
        self.queue
            .pop()
            .or_else(|| self.take_injected())
            .or_else(|| self.steal())
            .or_else(|| self.next_after_driver())
            .or_else(|| self.steal_deferred())
    }

    pub(super) fn pop_local(&self) -> Option<Task> {
        self.lifo_slot.take().or_else(|| self.queue.pop())
    }

    /// Only tasks that yielded are left here: polls the driver, and takes the next task
    /// after that.
    fn next_after_driver(&self) -> Option<Task> {
        if !self.has_deferred() {
            return None;
        }
        self.poll_counter.restart_driver();
        self.poll_driver();
        self.pop_local()
    }

    pub(super) fn take_injected(&self) -> Option<Task> {
        let task = retry_steal(|| self.shared().injector.steal_batch_and_pop(&self.queue))?;
        // While they moved, the other tasks of the batch were in no queue. A sibling that
        // parked at that moment has not seen them, so it is notified. A searcher need not
        // do this. If it is the last one, `end_search` notifies a worker, and otherwise
        // another searcher looks at all queues.
        if !self.is_searching.get() && !self.queue.is_empty() {
            self.shared().notify();
        }
        Some(task)
    }

    /// Takes half of a sibling's queue. `Stealer::steal_batch_and_pop` of crossbeam
    /// limits the number.
    fn steal(&self) -> Option<Task> {
        if !self.is_searching.get() {
            if !self.shared().idle.start_search() {
                return None;
            }
            self.is_searching.set(true);
        }
        let remotes = &self.shared().remotes;
        // Without a seed, `rng` gives the same numbers on all threads. The index makes
        // the workers begin at different siblings.
        let start = self.index() + rng::below(remotes.len());
        let siblings = (0..remotes.len()).map(|n| (start + n) % remotes.len());
        siblings
            .filter(|&sibling| sibling != self.index())
            .find_map(|sibling| {
                let stealer = &remotes[sibling].stealer;
                retry_steal(|| stealer.steal_batch_and_pop(&self.queue))
            })
    }

    /// There is no other work, so this takes from a sibling a task that has yielded. The
    /// sibling's current task may take long. A task that yielded runs after a poll of the driver and after
    /// the tasks that the poll wakes. So if the poll wakes a task, this returns that task
    /// and queues the stolen one behind it.
    fn steal_deferred(&self) -> Option<Task> {
        if !self.is_searching.get() || self.block_on_is_next() {
            return None;
        }
        let mut stealers = self.shared().remotes.iter().map(|remote| &remote.deferred);
        // This worker's own list is empty.
        let task = stealers.find_map(|stealer| retry_steal(|| stealer.steal()))?;
        self.poll_driver();
        let Some(woken) = self.pop_local() else {
            return Some(task);
        };
        self.push_back(task);
        Some(woken)
    }
}

/// Repeats a steal while it races with another thread.
pub(super) fn retry_steal(mut steal: impl FnMut() -> Steal<Task>) -> Option<Task> {
    loop {
        match steal() {
            Steal::Success(task) => return Some(task),
            Steal::Empty => return None,
            Steal::Retry => {}
        }
    }
}
