//! What a worker does when it has nothing to do, and whom it calls when that is
//! over.

use super::Worker;
use crate::{
    contain::wake,
    executor::pool::{Pool, deputy::PATROL, watch::Watcher},
    task::is_a_task,
};
use std::task::Waker;

impl Worker {
    /// Nothing was found: sleeps until an event, a timer or a ring.
    pub(super) fn rest(&self) {
        let hooks = self.pool.hooks.as_deref();
        let hooks = hooks.filter(|hooks| hooks.of_parking());
        if let Some(hooks) = hooks {
            self.hand_on();
            hooks.thread_park();
            // Where `has_work` sees it.
            self.offer_slot();
        }
        let Pool { idle, watch, .. } = &*self.pool;
        let watcher = watch.take();
        let searched = self.searching.take();
        idle.fall_asleep(self.index, searched, watcher.is_some());
        // Once more: who had it then may have gone away since, and found nobody
        // asleep whom it could call.
        let watcher = watcher.or_else(|| watch.take());
        // The look that closes the race described in `idle`.
        let has_work = self.pool.has_work();
        if has_work || self.must_stay_up() {
            drop(watcher);
            if has_work && searched {
                // While this worker counted as a searcher, whoever queued work
                // called nobody. Now it counts no more, and calls in their place;
                // that may be itself.
                self.pool.notify();
            }
            // The ticks go on: should something come in between each time, the
            // sockets and the timers get their look in their turn.
            self.get_up();
        } else {
            self.sleep(watcher);
        }
        if let Some(hooks) = hooks {
            self.hand_on();
            hooks.thread_unpark();
        }
    }

    /// This thread may be long in coming back, from a hook or a root: until then
    /// all that is here is for others, and so are the search and the watch.
    pub(super) fn hand_on(&self) {
        self.offer_slot();
        let was_last = self.searching.take() && self.pool.idle.end_search();
        // Only if there is something: who is called comes by here, too.
        if (was_last || !self.deque.is_empty()) && self.pool.has_work() {
            self.pool.notify();
        }
        self.pool.relieve();
    }

    /// Sleeps on the sockets and the timers, or without the watch at the door.
    fn sleep(&self, watcher: Option<Watcher<'_>>) {
        let doorbell = &self.pool.members[self.index].doorbell;
        match watcher {
            Some(watcher) if doorbell.go_on_watch() => {
                self.count_sleep();
                self.gather(|woken| {
                    watcher.sleep(woken);
                    self.get_up();
                });
            }
            None if doorbell.lie_down() => {
                self.count_sleep();
                self.sleep_at_door();
                self.get_up();
            }
            rung_for => {
                drop(rung_for);
                self.get_up();
            }
        }
    }

    fn count_sleep(&self) {
        self.ticks.set(0);
        self.pool.members[self.index].parks.count();
    }

    fn get_up(&self) {
        self.pool.members[self.index].doorbell.get_up();
        self.searching.set(self.pool.idle.wake_up(self.index));
    }

    fn sleep_at_door(&self) {
        let Pool { watch, members, .. } = &*self.pool;
        let doorbell = &members[self.index].doorbell;
        let mut duty = watch.deputy().begin();
        while let Some(on_duty) = duty {
            if doorbell.sleep(Some(PATROL)) || watch.is_empty() {
                return;
            }
            duty = on_duty.goes_on();
        }
        doorbell.sleep(None);
    }

    /// Whether there is something for this very worker to do.
    fn must_stay_up(&self) -> bool {
        let for_its_driver = if self.substituted.get() {
            self.pool.seat(self.index).is_wanted()
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
        if let Some(watcher) = self.pool.watch.take_for_look() {
            self.gather(|woken| watcher.look(woken));
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
            self.pool.relieve();
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
            self.pool.relieve();
        }
    }

    fn has_something_to_do(&self) -> bool {
        let task = self.slot.take();
        let has_task = task.is_some();
        self.slot.set(task);
        has_task || self.root.is_some() && self.pool.root_is_due()
    }
}
