//! What a worker does when it has nothing to do, and whom it calls when that is
//! over.

use super::Worker;
use crate::{
    executor::multi_thread::{Pool, backup_poller::POLL_INTERVAL, driver::DriverGuard},
    task::is_a_task,
    unwind::wake,
};
use std::task::Waker;

impl Worker {
    /// Nothing was found: sleeps until an event, a timer or a ring.
    pub(super) fn rest(&self) {
        let hooks = self.pool.hooks.as_deref();
        let hooks = hooks.filter(|hooks| hooks.of_parking());
        if let Some(hooks) = hooks {
            self.release_work();
            hooks.thread_park();
            // Where `has_work` sees it.
            self.offer_slot();
        }
        let Pool {
            idle, driver: lock, ..
        } = &*self.pool;
        let driver = lock.take();
        let searched = self.searching.take();
        idle.fall_asleep(self.index, searched, driver.is_some());
        // Once more: who had it then may have gone away since, and found nobody
        // asleep whom it could call.
        let driver = driver.or_else(|| lock.take());
        // The look that closes the race described in `idle`.
        let has_work = self.pool.has_work();
        if has_work || self.must_stay_up() {
            drop(driver);
            if has_work && searched {
                // While this worker counted as a searcher, whoever queued work
                // called nobody. Now it counts no more, and calls in their place;
                // that may be itself.
                self.pool.notify();
            }
            // The ticks go on: should something come in between each time, the
            // sockets and the timers get their look in their turn.
            self.unparked();
        } else {
            self.sleep(driver);
        }
        if let Some(hooks) = hooks {
            self.release_work();
            hooks.thread_unpark();
        }
    }

    /// This thread may be long in coming back, from a hook or a root: until then
    /// all that is here is for others, and so are the search and the watch.
    pub(super) fn release_work(&self) {
        self.offer_slot();
        let was_last = self.searching.take() && self.pool.idle.end_search();
        // Only if there is something: who is called comes by here, too.
        if (was_last || !self.deque.is_empty()) && self.pool.has_work() {
            self.pool.notify();
        }
        self.pool.wake_backup_poller();
    }

    /// Sleeps on the sockets and the timers, or without the watch at the door.
    fn sleep(&self, driver: Option<DriverGuard<'_>>) {
        let parker = &self.pool.members[self.index].parker;
        match driver {
            Some(driver) if parker.prepare_drive() => {
                self.count_sleep();
                self.gather(|woken| {
                    driver.sleep(woken);
                    self.unparked();
                });
            }
            None if parker.prepare_park() => {
                self.count_sleep();
                self.park_without_driver();
                self.unparked();
            }
            rung_for => {
                drop(rung_for);
                self.unparked();
            }
        }
    }

    fn count_sleep(&self) {
        self.ticks.set(0);
        self.pool.members[self.index].parks.count();
    }

    fn unparked(&self) {
        self.pool.members[self.index].parker.unparked();
        self.searching.set(self.pool.idle.wake_up(self.index));
    }

    fn park_without_driver(&self) {
        let Pool {
            driver, members, ..
        } = &*self.pool;
        let parker = &members[self.index].parker;
        let mut duty = driver.backup_poller().begin();
        while let Some(on_duty) = duty {
            if parker.sleep(Some(POLL_INTERVAL)) || driver.is_empty() {
                return;
            }
            duty = on_duty.goes_on();
        }
        parker.sleep(None);
    }

    /// Whether there is something for this very worker to do.
    fn must_stay_up(&self) -> bool {
        let for_its_driver = if self.substituted.get() {
            self.pool.handoff(self.index).is_wanted()
        } else {
            self.root_is_next()
        };
        for_its_driver || self.pool.is_closed()
    }

    /// Whether this thread polls the root next.
    pub(super) fn root_is_next(&self) -> bool {
        !self.substituted.get() && self.root.is_some() && self.pool.root_is_due()
    }

    /// A look at the sockets and the timers between two tasks, unless somebody
    /// sleeps on them.
    pub(super) fn look(&self) {
        if let Some(driver) = self.pool.driver.take_for_look() {
            self.gather(|woken| driver.look(woken));
        }
        // Those that have given way come behind the tasks that were woken. A
        // single task is this worker's own to run next.
        if self.requeue() && self.queued() > 1 {
            self.share();
        }
    }

    /// Wakes those whom a look at the sockets and the timers finds. A sibling
    /// is called when all tasks are queued: it may run at once, in this thread's
    /// place, and would find one, and lie down again before the next. The wakers
    /// of strangers come after that, for they can take long.
    fn gather(&self, look: impl FnOnce(&mut Vec<Waker>)) {
        let mut woken = self.woken.take();
        look(&mut woken);
        self.gathering.set(true);
        for waker in woken.extract_if(.., |waker| is_a_task(waker)) {
            wake(waker);
        }
        self.gathering.set(false);
        if !woken.is_empty() {
            // Until they are done, all that is here is for others, and so is
            // the search.
            self.offer_slot();
            self.end_search();
        }
        self.share();
        if !woken.is_empty() {
            self.pool.wake_backup_poller();
        }
        for waker in woken.drain(..) {
            // What the last one woke is for others, too.
            self.hand_slot_on();
            wake(waker);
        }
        self.woken.set(woken);
    }

    /// Calls a sibling, if there is more here than one can run, and sees that
    /// somebody looks at the sockets next.
    fn share(&self) {
        if self.searching.get() {
            // It calls the next when it has found something.
        } else if !self.deque.is_empty() {
            self.pool.notify();
        } else if self.has_something_to_do() {
            self.pool.wake_backup_poller();
        }
    }

    fn has_something_to_do(&self) -> bool {
        let task = self.slot.take();
        let has_task = task.is_some();
        self.slot.set(task);
        has_task || self.root.is_some() && self.pool.root_is_due()
    }
}
