//! How a worker polls the driver, parks, and wakes.
//!
//! ```text
//!                 1 no task            3 nothing to do
//!     running ───────────▶ announced ─────────────────▶ parked (driver or condvar)
//!        ▲                     │                             │
//!        │       2 has work    │                             │ 4 event, timer, unpark
//!        └─────────────────────┴─────────────────────────────┘
//! ```
//!
//! 1. [`Worker::park`] takes the driver lock if it is free, and announces itself in
//!    `Idle::announce_park`. It tries the lock once more: the worker that held it may
//!    have left and found no parked worker to call.
//! 2. It looks at all queues, at the `block_on` task and at the closed flag. This look closes the
//!    race that `idle.rs` describes. [`Worker::unparked`] takes the announcement back.
//! 3. [`Worker::park_announced`] parks on the driver (`DriverGuard::park`) or on the
//!    condition variable (`Parker::park`). Both fail if an unpark came since the worker
//!    last ran.
//! 4. [`Worker::unparked`]. A worker that was woken for work is a searcher now.

use super::{Shared, Worker, backup_poller::POLL_INTERVAL, driver::DriverGuard};
use crate::{task::is_task_waker, unwind::wake};
use std::task::Waker;

impl Worker {
    /// The worker found no task: parks until an event, a timer or an unpark.
    pub(super) fn park(&self) {
        let hooks = self.shared().hooks.as_deref();
        let hooks = hooks.filter(|hooks| hooks.have_park_hooks());
        if let Some(hooks) = hooks {
            self.share_work();
            hooks.thread_park();
            // `has_work` looks only at tasks that can be stolen.
            self.make_stealable();
        }
        let Shared {
            idle, driver: lock, ..
        } = &**self.shared();
        let driver = lock.try_take();
        let was_searching = self.is_searching.take();
        idle.announce_park(self.index(), was_searching, driver.is_some());
        let driver = driver.or_else(|| lock.try_take());
        let has_work = self.shared().has_work();
        if has_work || self.must_not_park() {
            drop(driver);
            if has_work && was_searching {
                // While this worker counted as a searcher, a worker that queued a task
                // did not call `notify`. So this worker calls it now. `notify` may choose
                // this worker itself, which is in the list of parked workers. Then this
                // worker is a searcher again and finds the task.
                self.shared().notify();
            }
            // The count of polls in `PollCounter` is not restarted here. So if each attempt to
            // park fails, the driver is still polled at its interval.
            self.unparked();
        } else {
            self.park_announced(driver);
        }
        if let Some(hooks) = hooks {
            self.share_work();
            hooks.thread_unpark();
        }
    }

    /// This thread may be busy for long, in a hook or outside the runtime. Siblings get
    /// its tasks, its search and the driver.
    pub(super) fn share_work(&self) {
        self.make_stealable();
        let was_last_searcher = self.is_searching.take() && self.shared().idle.end_search();
        // A worker without work must not notify: the worker that it wakes would come here
        // too, and wake the next.
        if (was_last_searcher || self.has_stealable()) && self.shared().has_work() {
            self.shared().notify();
        }
        self.shared().wake_backup_poller();
    }

    /// Parks on the driver, or on the condition variable if another worker holds it.
    fn park_announced(&self, driver: Option<DriverGuard<'_>>) {
        let parker = &self.remote().parker;
        match driver {
            Some(driver) if parker.prepare_park_on_driver() => {
                self.count_park();
                self.wake_batch(|wakers| {
                    driver.park(wakers);
                    self.unparked();
                });
            }
            None if parker.prepare_park() => {
                self.count_park();
                self.park_without_driver();
                self.unparked();
            }
            was_unparked => {
                drop(was_unparked);
                self.unparked();
            }
        }
    }

    fn count_park(&self) {
        self.poll_counter.restart_driver();
        self.remote().parks.increment();
    }

    fn unparked(&self) {
        self.remote().parker.reset();
        self.is_searching
            .set(self.shared().idle.withdraw_park(self.index()));
    }

    /// Parks on the condition variable. The first worker here is the backup poller.
    fn park_without_driver(&self) {
        let driver = &self.shared().driver;
        let parker = &self.remote().parker;
        let mut backup = driver.backup_poller().try_begin();
        while let Some(guard) = backup {
            if parker.park(Some(POLL_INTERVAL)) || driver.is_free() {
                return;
            }
            backup = guard.continue_if_released();
        }
        parker.park(None);
    }

    /// Whether there is something that only this worker can do.
    fn must_not_park(&self) -> bool {
        let is_wanted = if self.is_replaced.get() {
            self.remote().handoff.is_wanted()
        } else {
            self.block_on_is_next()
        };
        is_wanted || self.shared().is_closed()
    }

    /// Whether this thread polls the `block_on` task next.
    pub(super) fn block_on_is_next(&self) -> bool {
        !self.is_replaced.get() && self.block_on_task.is_some() && self.shared().block_on_is_woken()
    }

    /// Polls the driver between two tasks, unless another worker holds it.
    pub(super) fn poll_driver(&self) {
        if let Some(driver) = self.shared().driver.try_take_to_poll() {
            self.wake_batch(|wakers| driver.poll(wakers));
        }
        // The tasks that yielded come after the tasks that the driver woke. This worker
        // runs a single task itself.
        if self.requeue_deferred() && self.queue_len() > 1 {
            self.notify_sibling();
        }
    }

    /// Calls the wakers that `collect` finds. Those of tasks come first, because the others
    /// run user code, which can take long. Between the two, when all woken tasks are
    /// queued, this worker may notify another one. A worker that is notified earlier might
    /// preempt this thread, find a single task, and park again.
    fn wake_batch(&self, collect: impl FnOnce(&mut Vec<Waker>)) {
        let mut wakers = self.wakers.take();
        collect(&mut wakers);
        self.is_waking_batch.set(true);
        for waker in wakers.extract_if(.., |waker| is_task_waker(waker)) {
            // It runs no user code, so it does not panic.
            waker.wake();
        }
        self.is_waking_batch.set(false);
        if !wakers.is_empty() {
            // Siblings get the tasks and the search until the user code has returned.
            self.make_stealable();
            self.end_search();
        }
        self.notify_sibling();
        if !wakers.is_empty() {
            self.shared().wake_backup_poller();
        }
        for waker in wakers.drain(..) {
            // Siblings get what the previous waker has woken.
            self.share_lifo_task();
            wake(waker);
        }
        self.wakers.set(wakers);
    }

    /// Notifies a sibling if there are more tasks here than one worker can run at once.
    /// Otherwise makes sure that a worker polls the driver while this one is busy.
    fn notify_sibling(&self) {
        if self.is_searching.get() {
            // `end_search` notifies the next worker.
        } else if self.has_stealable() {
            self.shared().notify();
        } else if self.has_lifo_task()
            || self.block_on_task.is_some() && self.shared().block_on_is_woken()
        {
            self.shared().wake_backup_poller();
        }
    }
}
