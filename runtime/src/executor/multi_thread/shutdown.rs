//! How a multi-thread runtime ends.

use super::{
    Shared, Worker,
    queues::{WeakHandle, retry_steal},
};
use crate::{
    executor::{after_shutdown, context, owned_tasks},
    fork,
    primitives::std_thread as thread,
    task::Task,
};
use crossbeam_deque::Steal;
use std::{mem, sync::atomic::Ordering::Relaxed};

impl Worker {
    /// Worker 0 ends the runtime. `others` are the threads of the other workers.
    ///
    /// 1. Set the closed flag and wake all workers. Each worker ends after its current
    ///    poll, cancels what is in its queues, and leaves its hand-off state. From now on
    ///    a spawn cancels its task at once.
    /// 2. Wait until no thread runs a worker. A thread that has handed off its worker may
    ///    still be in a poll that waits for a timer or a task of this runtime. The next
    ///    steps end that wait.
    /// 3. Close the driver: tasks that wait for sockets and timers see an error.
    /// 4. Cancel the owned tasks, then what is left in the workers' queues and in the
    ///    injector.
    /// 5. Cancel the tasks that the destructors have queued on worker 0.
    /// 6. Join the threads.
    /// 7. Clear the weak executor. A late waker finds no executor, and its task is complete.
    pub(crate) fn shut_down(&self, others: Vec<thread::JoinHandle<()>>) {
        if fork::happened_since(self.handle().reactor().fork_id()) {
            // These are copies of the parent's threads and tasks.
            others.into_iter().for_each(mem::forget);
            return;
        }
        let shared = self.shared();
        shared.close();
        for index in 1..=others.len() {
            shared.handoff(index).wait_until_released();
        }
        shared.driver.close();
        shared.cancel_all();
        self.cancel_queued();
        for other in others {
            // If the worker panicked, the panic hook has reported it.
            let _ = other.join();
        }
        shared.weak.clear();
    }

    /// Cancels the tasks in this worker's queues, and the tasks that their destructors
    /// wake or spawn here.
    pub(super) fn cancel_queued(&self) {
        self.requeue_deferred();
        while let Some(task) = self.pop_local() {
            self.shared().cancel_after_shutdown(task);
        }
    }
}

impl Shared {
    /// Cancels the tasks that are owned, in a worker's queue, or injected. No worker
    /// runs any more. A thread that has handed off its worker may still be in a poll. It
    /// cancels its task itself when the poll ends.
    fn cancel_all(&self) {
        self.tasks.close(|task| {
            let again = task.clone();
            // SAFETY: no worker runs the task, and its future is `Send`.
            unsafe { task.cancel() };
            // A thread that has handed off its worker may run the task. The abort makes
            // that thread cancel it.
            again.abort();
        });
        for worker in &self.remotes {
            for stealer in [&worker.stealer, &worker.deferred] {
                while let Some(task) = retry_steal(|| stealer.steal()) {
                    self.cancel_after_shutdown(task);
                }
            }
        }
        self.cancel_injected();
    }

    /// Cancels the tasks in the injector.
    pub(super) fn cancel_injected(&self) {
        while !self.injector.is_empty() {
            if let Steal::Success(task) = self.injector.steal() {
                self.cancel_after_shutdown(task);
            }
        }
    }

    /// Cancels a task that was queued after the runtime closed. The runtime's own threads
    /// cancel the tasks in the list, so a thread outside leaves those alone.
    pub(super) fn cancel_after_shutdown(&self, task: Task) {
        let is_ours = context::with(|current| {
            let thread = WeakHandle(self.weak).this_thread(current);
            thread.is_some()
        });
        if !is_ours {
            if owned_tasks::is_owned(&task) {
                return;
            }
            // `release` counts the end of a task and calls the hook only on a thread of the
            // runtime. On this thread, the next lines do it.
            // Relaxed: the count publishes nothing.
            self.spawned_remotely.fetch_sub(1, Relaxed);
            if let Some(hooks) = &self.hooks {
                hooks.task_terminate(task.header());
            }
        }
        // SAFETY: the task comes from a queue, and its future is `Send`.
        unsafe { after_shutdown::cancel(task) };
    }
}
