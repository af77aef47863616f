//! The loop of the executor.

use super::LocalExecutor;
use crate::{
    budget,
    executor::{
        after_shutdown::BlockingRegionGuard,
        context::{self, ExecutorContext},
        run_task::run_task,
    },
    task::Task,
};
use std::{
    future::Future,
    pin::{Pin, pin},
    ptr,
    sync::Arc,
    task::{Poll, Waker},
};

const TASK_PANICKED: &str = "a task panicked, and `Builder::unhandled_panic` says that this runtime \
     shuts down then. The first message is that of the task";

impl LocalExecutor {
    /// Runs tasks, and `future` as one of them, until `future` is ready.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _blocking = BlockingRegionGuard::new();
        let _registered = self.block_on_task.register(&self.hooks);
        let _seeded = self.settings.seed_thread();
        // The future is dropped inside, because its destructor may spawn.
        context::enter(ExecutorContext::Local(self), || self.run(pin!(future)))
    }

    fn run<F: Future>(&self, mut future: Pin<&mut F>) -> F::Output {
        // The `block_on` task is polled first. A program that blocks on ready futures in
        // a loop would then never run its tasks, so whenever the driver or the inject
        // queue is due, the `block_on` task queues behind them. If an earlier call left
        // the `block_on` task in the queue, `wake` returns false, because the `block_on`
        // task must not be queued twice.
        if self.poll_counter.is_due() {
            if self.block_on_task.wake() {
                self.push(self.block_on_task.task().clone());
            }
        } else {
            self.poll_counter.count();
            if let Poll::Ready(output) = self.poll_new_block_on(future.as_mut()) {
                return output;
            }
        }
        loop {
            if self.poll_counter.is_due() {
                self.poll_due();
            }
            self.poll_counter.count();
            let Some(task) = self.pop() else {
                self.wait();
                continue;
            };
            if task.as_raw() == self.block_on_task.task().as_raw() {
                let polled = self
                    .block_on_task
                    .poll(future.as_mut(), |task| self.requeue_block_on(task));
                if let Poll::Ready(output) = polled {
                    return output;
                }
            } else {
                // SAFETY: the task comes from the queue. This thread spawned it, or its
                // future is `Send`.
                unsafe { run_task(task, &self.hooks) };
            }
        }
    }

    /// Polls a new `block_on` task before all tasks. Usually no other thread knows the
    /// `block_on` task at this moment, and then the poll needs no read-modify-write.
    fn poll_new_block_on<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        if let Some(priority_queue) = &self.priority_queue {
            priority_queue.begin_block_on();
        }
        let polled = self
            .block_on_task
            .poll_if_unique(future, |task| self.requeue_block_on(task));
        polled.unwrap_or_else(|| {
            if self.block_on_task.wake() {
                self.push_front(self.block_on_task.task().clone());
            }
            Poll::Pending
        })
    }

    /// Queues a `block_on` task that was woken during its poll. If the poll was ready, the next
    /// `block_on` takes the `block_on` task from the queue.
    fn requeue_block_on(&self, task: Task) {
        if budget::deferred() {
            self.defer(task);
        } else {
            self.push(task);
        }
    }

    /// Polls the driver, takes the injected tasks, or both. Ends the runtime if a task
    /// panicked and the program asked for that.
    fn poll_due(&self) {
        if self.has_panicked.get() {
            self.end_after_panic();
        }
        let due = self.poll_counter.due();
        if due.driver {
            self.poll_driver(due.queue);
        } else {
            self.take_injected();
        }
    }

    #[cold]
    fn end_after_panic(&self) -> ! {
        self.shut_down();
        // The next call of `block_on` comes here too.
        self.poll_counter.poll_driver_next();
        panic!("{TASK_PANICKED}");
    }

    /// No task is ready: waits until one is.
    fn wait(&self) {
        if self.handle().timers().clock().is_paused() {
            self.advance_or_park();
        } else {
            self.park();
        }
    }

    /// Moves a paused clock to the next deadline instead of parking. That happens only
    /// if nothing else can come first: the blocking pool has no work, and there is no
    /// event.
    fn advance_or_park(&self) {
        // In this order: if the blocking pool is idle now, its last result is in the
        // inject queue, and the poll of the driver finds it.
        let unpark = Waker::from(Arc::clone(self.handle().reactor()));
        let blocking_is_idle = self.handle().blocking().poll_idle(&unpark).is_ready();
        self.poll_driver(true);
        if !self.is_idle() {
            return;
        }
        if blocking_is_idle && self.handle().timers().skip_to_next() {
            self.poll_driver(true);
        } else {
            self.park();
        }
    }

    /// Polls the driver, and takes the injected tasks if the caller asks for it. The tasks
    /// that yielded come after those that this makes ready.
    fn poll_driver(&self, takes_injected: bool) {
        self.poll_counter.restart_driver();
        self.driver.poll();
        if takes_injected {
            self.take_injected();
        }
        self.last_before_driver.set(ptr::null());
        self.queue.append(&self.deferred);
    }

    /// Parks until the driver or another thread makes a task ready.
    fn park(&self) {
        if let Some(hooks) = &self.hooks {
            hooks.thread_park();
        }
        let inject = self.shared.inject();
        // The hook may have queued a task.
        if self.is_idle() && inject.park() {
            self.poll_counter.restart_driver();
            self.driver.park();
            inject.unpark();
        }
        // Otherwise the poll counter goes on. If each attempt to park fails, the driver is still
        // polled at its interval.
        self.take_injected();
        if let Some(hooks) = &self.hooks {
            hooks.thread_unpark();
        }
    }
}
