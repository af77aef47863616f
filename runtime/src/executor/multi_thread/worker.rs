//! One worker and its loop.
//!
//! `queues.rs` says which task comes next, `park.rs` what a worker does without tasks,
//! and `handoff.rs` how another thread takes the worker over.

use super::{RemoteWorker, Shared, block_on::BlockOnHandle};
use crate::{
    budget,
    executor::{
        Handle, after_shutdown,
        block_on_task::BlockOnTask,
        context::{self, ExecutorContext},
        poll_counter::PollCounter,
        run_task::run_task,
    },
    task::{JoinHandle, Task},
};
use crossbeam_deque::Worker as Deque;
use std::{
    cell::Cell,
    future::Future,
    panic::Location,
    pin::pin,
    sync::{Arc, Weak},
    task::{Poll, Waker},
};

pub(crate) struct Worker {
    index: usize,
    /// The `Arc` that holds this worker. A hand-off shares it.
    itself: Weak<Worker>,
    shared: Arc<Shared>,
    handle: Handle,
    /// The ready tasks, oldest first. Siblings steal from the front.
    pub(super) queue: Deque<Task>,
    /// The task that was woken last. It runs next, because the data that it needs is in
    /// the cache. Siblings cannot steal it.
    pub(super) lifo_slot: Cell<Option<Task>>,
    pub(super) lifo_polls: Cell<u32>,
    /// The tasks that yielded since the last poll of the driver. The next poll of the
    /// driver moves them into `queue`. A sibling without work steals them, because the
    /// task that runs here can take long.
    pub(super) deferred: Deque<Task>,
    /// Whether the `block_on` task of worker 0 yielded too.
    pub(super) block_on_is_deferred: Cell<bool>,
    /// How many turns the `block_on` task still gives to other tasks, because it yielded.
    pub(super) block_on_skips: Cell<u32>,
    /// An empty list of wakers, kept for its capacity.
    pub(super) wakers: Cell<Vec<Waker>>,
    /// Whether this worker wakes the tasks that a poll of the driver found. It notifies a
    /// sibling at the end, not for each of them.
    pub(super) is_waking_batch: Cell<bool>,
    pub(super) poll_counter: PollCounter,
    /// A copy from the settings, which saves an indirection.
    pub(super) has_lifo_slot: bool,
    /// Whether this worker counts as a searcher.
    pub(super) is_searching: Cell<bool>,
    /// Whether a replacement thread runs this worker.
    pub(super) is_replaced: Cell<bool>,
    /// Whether the worker's own thread has handed it off. Only that thread uses this.
    pub(super) is_handed_off: Cell<bool>,
    /// Worker 0 has the `block_on` task.
    pub(super) block_on_task: Option<BlockOnTask>,
}

impl Worker {
    #[track_caller]
    pub(crate) fn new(
        index: usize,
        shared: Arc<Shared>,
        [queue, deferred]: [Deque<Task>; 2],
        handle: Handle,
    ) -> Arc<Self> {
        let poll_counter = PollCounter::new(&shared.settings);
        let has_lifo_slot = shared.settings.has_lifo_slot;
        let block_on_task =
            (index == 0).then(|| BlockOnTask::new(BlockOnHandle(Arc::clone(&shared))));
        Arc::new_cyclic(|itself| Self {
            index,
            itself: Weak::clone(itself),
            shared,
            handle,
            queue,
            lifo_slot: Cell::new(None),
            lifo_polls: Cell::new(0),
            deferred,
            block_on_is_deferred: Cell::new(false),
            block_on_skips: Cell::new(0),
            wakers: Cell::default(),
            is_waking_batch: Cell::new(false),
            poll_counter,
            has_lifo_slot,
            is_searching: Cell::new(false),
            is_replaced: Cell::new(false),
            is_handed_off: Cell::new(false),
            block_on_task,
        })
    }

    pub(super) fn to_arc(&self) -> Arc<Self> {
        let itself = self.itself.upgrade();
        itself.expect("the `Arc` is borrowed")
    }

    /// Whether this worker's own thread, which calls this, has handed it off.
    pub(crate) fn is_handed_off(&self) -> bool {
        self.is_handed_off.get()
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(super) fn remote(&self) -> &RemoteWorker {
        &self.shared.remotes[self.index]
    }

    /// Spawns a future on this worker.
    pub(crate) fn spawn<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (handle, task) = self.shared.new_task(future, location);
        self.remote().alive.increment();
        if cfg!(feature = "taskdump") {
            // The inspector shows tasks from their spawn on.
            self.bind(&task);
        }
        if self.shared.is_closed() {
            // SAFETY: no queue holds the task, and its future is `Send`.
            unsafe { after_shutdown::cancel(task) };
        } else {
            self.push(task);
        }
        handle
    }

    pub(super) fn bind(&self, task: &Task) {
        self.shared.bind(task, self.index);
    }

    /// The loop of a worker other than worker 0, until the runtime closes.
    pub(crate) fn run(&self) {
        /// Gives the worker up, also when it panics.
        struct GiveUp<'a>(&'a Worker);
        impl Drop for GiveUp<'_> {
            fn drop(&mut self) {
                self.0.make_stealable();
                self.0.remote().handoff.end();
            }
        }
        let _give_up = GiveUp(self);
        let _seeded = self.shared.settings.seed_thread();
        context::enter(ExecutorContext::Worker(self), || {
            if let Some(hooks) = &self.shared.hooks {
                hooks.thread_start();
            }
            while !self.shared.is_closed() {
                self.step();
                self.take_back_if_handed_off();
            }
            self.cancel_queued();
            if let Some(hooks) = &self.shared.hooks {
                hooks.thread_stop();
            }
        });
    }

    /// The loop of worker 0, until `future` is ready.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _blocking = after_shutdown::BlockingRegionGuard::new();
        let block_on_task = self
            .block_on_task
            .as_ref()
            .expect("worker 0 has the `block_on` task");
        let run = || {
            let _registered = block_on_task.register(&self.shared.hooks);
            let _seeded = self.shared.settings.seed_thread();
            // The new `block_on` task is polled at once, even if an earlier one yielded.
            self.block_on_skips.set(0);
            if self.block_on_is_deferred.take() {
                self.shared.set_block_on_woken();
            }
            if block_on_task.wake() {
                block_on_task.task().clone().schedule();
            }
            let _share = ShareWork(self);
            // Dropped before `_share`, so that siblings also get what its destructor spawns.
            let mut future = pin!(future);
            loop {
                if self.take_block_on() {
                    self.prepare_block_on_poll();
                    if let Poll::Ready(output) =
                        block_on_task.poll(future.as_mut(), Self::requeue_block_on)
                    {
                        return output;
                    }
                    self.take_back_if_handed_off();
                }
                self.step();
                self.take_back_if_handed_off();
            }
        };
        // A poll that blocks in place may have called this. Its budget has nothing to do
        // with this loop.
        budget::outside(|| context::enter(ExecutorContext::Worker(self), run))
    }

    /// The poll of the `block_on` task can take long. Gives siblings the work that was
    /// waiting here, and the driver.
    fn prepare_block_on_poll(&self) {
        if !self.deferred.is_empty() {
            self.poll_driver();
            self.shared.notify();
        }
        self.share_lifo_task();
        self.end_search();
        self.shared.wake_backup_poller();
    }

    /// Runs one task, or parks until there may be one.
    pub(super) fn step(&self) {
        if !self.poll_counter.is_due() {
            self.poll_counter.count();
        } else if !(self.has_deferred() && self.queue_len() == 0) {
            // If all tasks here have yielded, this worker first looks for tasks of
            // siblings, because a task that yields lets the others go first. `next_task`
            // then polls the driver before it takes a task that yielded.
            if let Some(task) = self.poll_due() {
                return self.run_task(task);
            }
        }
        if let Some(task) = self.next_task() {
            return self.run_task(task);
        }
        self.block_on_skips.set(0);
        if !self.block_on_is_next() {
            self.park();
        }
    }

    /// Polls the driver, takes an injected task to run it next, or both.
    fn poll_due(&self) -> Option<Task> {
        let due = self.poll_counter.due();
        if due.driver {
            self.poll_counter.restart_driver();
            self.poll_driver();
        }
        if due.queue {
            self.poll_counter.restart_queue();
        }
        self.poll_counter.count();
        if !due.queue {
            return None;
        }
        // The injected tasks get a turn even if this worker always has work.
        let task = self.take_injected()?;
        // The injected task may take long. Siblings cannot steal the task in the LIFO
        // slot, so it would have to wait here.
        self.share_lifo_task();
        Some(task)
    }

    fn run_task(&self, task: Task) {
        self.end_search();
        // SAFETY: the task comes from a queue, and the futures of a multi-thread runtime
        // are `Send`.
        unsafe { run_task(task, &self.shared.hooks) };
    }

    /// This worker has found a task. The last searcher wakes the next one.
    pub(super) fn end_search(&self) {
        if self.is_searching.take() && self.shared.idle.end_search() {
            self.shared.notify();
        }
    }
}

/// The thread leaves worker 0, so siblings get its work. That happens also when the
/// `block_on` task panics.
struct ShareWork<'a>(&'a Worker);

impl Drop for ShareWork<'_> {
    fn drop(&mut self) {
        // The `block_on` task may have blocked in place before it panicked.
        self.0.take_back_if_handed_off();
        self.0.share_work();
    }
}
