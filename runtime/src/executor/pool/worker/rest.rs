//! What a worker does when it has nothing to do, and whom it calls when that is
//! over.

use super::Worker;
use crate::{
    contain::wake,
    executor::pool::{Pool, deputy::PATROL, watch::Watcher},
};
use std::task::Waker;

impl Worker {
    /// Nothing was found: sleeps until an event, a timer or a ring.
    pub(super) fn rest(&self) {
        if let Some(hooks) = &self.pool.hooks {
            hooks.thread_park();
            // Where `has_work` sees it.
            if let Some(task) = self.slot.take() {
                self.deque.push(task);
            }
        }
        let (idle, watch) = (&self.pool.idle, &self.pool.watch);
        let doorbell = &self.pool.members[self.index].doorbell;
        let watcher = watch.take();
        idle.fall_asleep(self.index, self.searching.take(), watcher.is_some());
        // Once more: who had it then may have gone away since, and found nobody
        // asleep whom it could call.
        let watcher = watcher.or_else(|| watch.take());
        // The look that closes the race described in `idle`.
        if !self.pool.has_work() && !self.must_stay_up() {
            self.sleep(watcher);
        }
        // Else the ticks go on: should something come in between each time,
        // the sockets and the timers get their look in their turn.
        doorbell.get_up();
        self.searching.set(idle.wake_up(self.index));
        if let Some(hooks) = &self.pool.hooks {
            hooks.thread_unpark();
        }
        self.share();
    }

    /// Sleeps on the sockets and the timers, or without the watch at the door.
    fn sleep(&self, watcher: Option<Watcher<'_>>) {
        let member = &self.pool.members[self.index];
        let may_sleep = match &watcher {
            Some(_) => member.doorbell.go_on_watch(),
            None => member.doorbell.lie_down(),
        };
        if !may_sleep {
            return;
        }
        self.ticks.set(0);
        member.parks.count();
        match watcher {
            Some(watcher) => self.gather(|woken| watcher.sleep(woken)),
            None => self.sleep_at_door(),
        }
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
            self.root.is_some() && self.pool.root_is_due()
        };
        for_its_driver || self.pool.is_closed()
    }

    /// A look at the sockets and the timers between two tasks, unless somebody
    /// sleeps on them.
    pub(super) fn look(&self) {
        if let Some(watcher) = self.pool.watch.take_for_look() {
            self.gather(|woken| watcher.look(woken));
            self.share();
        }
    }

    /// Wakes those whom a look at the sockets and the timers finds. A sibling
    /// is called when all of them are queued: it may run at once, in this
    /// thread's place, and would find one, and lie down again before the next.
    fn gather(&self, look: impl FnOnce(&mut Vec<Waker>)) {
        let mut woken = self.woken.take();
        look(&mut woken);
        self.gathering.set(true);
        for waker in woken.drain(..) {
            wake(waker);
        }
        self.gathering.set(false);
        self.woken.set(woken);
    }

    /// After a look at the sockets and the timers: calls a sibling, if there is
    /// more here than one can run, and sees that somebody looks next.
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
