//! The loop of the executor.

use super::Core;
use crate::{
    budget,
    executor::{
        DRIVER_INTERVAL,
        after_shutdown::BlockingGuard,
        context::{self, Current},
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

impl Core {
    /// Runs tasks, and `future` as one of them, until `future` is ready.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _blocking = BlockingGuard::new();
        let _traced = self.root.trace(&self.hooks);
        // The future is dropped inside, because its destructor may spawn.
        context::enter(Current::Core(self), || self.run(pin!(future)))
    }

    fn run<F: Future>(&self, mut future: Pin<&mut F>) -> F::Output {
        // The root is polled first. A program that blocks on ready futures in a loop
        // would then never run its tasks, so every `DRIVER_INTERVAL` times the root
        // queues behind them. If an earlier call left the root in the queue, `wake`
        // returns false, because the root must not be queued twice.
        if self.driver_is_due() {
            if self.root.wake() {
                self.push(self.root.task().clone());
            }
        } else {
            self.ticks.set(self.ticks.get() + 1);
            if let Poll::Ready(output) = self.poll_new_root(future.as_mut()) {
                return output;
            }
        }
        loop {
            if self.driver_is_due() {
                self.poll_driver();
            }
            self.ticks.set(self.ticks.get() + 1);
            let Some(task) = self.pop() else {
                self.wait();
                continue;
            };
            if task.as_raw() == self.root.task().as_raw() {
                let polled = self
                    .root
                    .poll(future.as_mut(), |root| self.requeue_root(root));
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

    /// Polls a new root before all tasks. Usually no other thread knows the root at
    /// this moment, and then the poll needs no read-modify-write.
    fn poll_new_root<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        if let Some(ranks) = &self.ranks {
            ranks.begin_root();
        }
        let polled = self
            .root
            .poll_if_unshared(future, |root| self.requeue_root(root));
        polled.unwrap_or_else(|| {
            if self.root.wake() {
                self.push_front(self.root.task().clone());
            }
            Poll::Pending
        })
    }

    /// Queues a root that was woken during its poll. If the poll was ready, the next
    /// `block_on` takes the root from the queue.
    fn requeue_root(&self, root: Task) {
        if budget::deferred() {
            self.defer(root);
        } else {
            self.push(root);
        }
    }

    /// Makes the loop poll the driver before the next task.
    pub(super) fn poll_driver_next(&self) {
        self.ticks.set(DRIVER_INTERVAL);
    }

    fn driver_is_due(&self) -> bool {
        self.ticks.get() >= DRIVER_INTERVAL
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
        self.poll_driver();
        if !self.is_idle() {
            return;
        }
        if blocking_is_idle && self.handle().timers().skip_to_next() {
            self.poll_driver();
        } else {
            self.park();
        }
    }

    /// Polls the driver and takes the injected tasks. The tasks that yielded come after
    /// those that this makes ready.
    fn poll_driver(&self) {
        self.ticks.set(0);
        self.driver.poll();
        self.take_injected();
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
            self.ticks.set(0);
            self.driver.park();
            inject.unpark();
        }
        // Otherwise the ticks go on. If each attempt to park fails, the driver is still
        // polled at its interval.
        self.take_injected();
        if let Some(hooks) = &self.hooks {
            hooks.thread_unpark();
        }
    }
}
