// ANCHOR: head
//! A lock whose owner is as urgent as the most urgent task that waits for it.

use std::cell::{Cell, RefCell, RefMut};
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::task::{RankedTask, current, rank};
// ANCHOR_END: head

// ANCHOR: lock
/// A lock for the ranked tasks of one scheduler.
#[derive(Default)]
pub struct Lock<T> {
    value: RefCell<T>,
    locked: Cell<bool>,
    /// The task that has the lock, if that is a ranked one.
    owner: RefCell<Option<Arc<RankedTask>>>,
    waiting: RefCell<Vec<Waker>>,
}

impl<T> Lock<T> {
    /// Waits until no other task has the lock. Of all tasks that wait, the most urgent
    /// gets it.
    ///
    /// Cancel safe.
    pub async fn lock(&self) -> Guard<'_, T> {
        poll_fn(|cx| self.poll_lock(cx)).await
    }

    fn poll_lock(&self, cx: &Context<'_>) -> Poll<Guard<'_, T>> {
        if self.locked.replace(true) {
            let owner = self.owner.borrow().clone();
            if let Some(owner) = owner {
                owner.lend(rank());
            }
            self.leave(cx.waker());
            return Poll::Pending;
        }
        self.owner.replace(current());
        Poll::Ready(Guard { lock: self, value: Some(self.value.borrow_mut()) })
    }
}
// ANCHOR_END: lock

// ANCHOR: leave
impl<T> Lock<T> {
    /// Leaves the waker of a waiting task, unless an earlier poll has left it.
    fn leave(&self, waker: &Waker) {
        let left = self.waiting.borrow().iter().any(|other| other.will_wake(waker));
        if !left {
            // Cloning a waker runs foreign code, so nothing is borrowed here.
            let waker = waker.clone();
            self.waiting.borrow_mut().push(waker);
        }
    }
}
// ANCHOR_END: leave

// ANCHOR: guard
/// The lock, until this is dropped.
pub struct Guard<'l, T> {
    lock: &'l Lock<T>,
    /// `None` while this is being dropped.
    value: Option<RefMut<'l, T>>,
}

impl<T> Drop for Guard<'_, T> {
    /// Wakes all tasks that wait. The most urgent one runs first, and takes the lock.
    fn drop(&mut self) {
        self.value = None;
        let owner = self.lock.owner.take();
        self.lock.locked.set(false);
        if let Some(owner) = owner {
            owner.give_back();
        }
        let waiting = self.lock.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
    }
}
// ANCHOR_END: guard

// ANCHOR: rest
impl<T> Lock<T> {
    /// A lock that no task has.
    pub fn new(value: T) -> Lock<T> {
        Lock {
            value: RefCell::new(value),
            locked: Cell::new(false),
            owner: RefCell::new(None),
            waiting: RefCell::default(),
        }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("the guard has not been dropped")
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("the guard has not been dropped")
    }
}
// ANCHOR_END: rest
