//! The run queue: first in, first out, for one thread.
//!
//! The queue is a list through the tasks' headers, so queueing allocates nothing.
//!
//! - **Q1**: each entry owns one reference, so its header stays allocated.
//! - **Q2**: a task is in one queue at most, because the state word's SCHEDULED bit
//!   lets one waker queue it. So this queue alone uses the `link` of its entries.

use crate::task::{Header, Task};
use std::{
    cell::Cell,
    ptr::{self, NonNull},
};

pub(crate) struct RunQueue {
    head: Cell<*mut Header>,
    /// Valid while `head` is not null.
    tail: Cell<*mut Header>,
}

impl RunQueue {
    pub(crate) fn new() -> Self {
        Self {
            head: Cell::new(ptr::null_mut()),
            tail: Cell::new(ptr::null_mut()),
        }
    }

    pub(crate) fn push(&self, task: Task) {
        let task = task.into_raw().as_ptr();
        // SAFETY: Q1, Q2.
        unsafe { (*task).link.with_mut(|link| *link = ptr::null_mut()) };
        if self.head.get().is_null() {
            self.head.set(task);
        } else {
            // SAFETY: Q1, Q2: the tail is an entry.
            unsafe { (*self.tail.get()).link.with_mut(|link| *link = task) };
        }
        self.tail.set(task);
    }

    /// Queues a task before all others.
    pub(crate) fn push_front(&self, task: Task) {
        let first = self.head.get();
        if first.is_null() {
            return self.push(task);
        }
        let task = task.into_raw().as_ptr();
        // SAFETY: Q1, Q2.
        unsafe { (*task).link.with_mut(|link| *link = first) };
        self.head.set(task);
    }

    pub(crate) fn pop(&self) -> Option<Task> {
        let head = NonNull::new(self.head.get())?;
        // SAFETY: Q1, Q2: the head is an entry.
        let next = unsafe { head.as_ref().link.with(|link| *link) };
        self.head.set(next);
        // SAFETY: Q1. The entry's reference goes to the caller.
        Some(unsafe { Task::from_raw(head) })
    }

    /// The task that was queued last.
    pub(crate) fn last(&self) -> Option<NonNull<Header>> {
        if self.is_empty() {
            return None;
        }
        NonNull::new(self.tail.get())
    }

    /// Moves all tasks of another queue behind those of this one.
    pub(crate) fn append(&self, other: &Self) {
        let first = other.head.replace(ptr::null_mut());
        if first.is_null() {
            return;
        }
        if self.is_empty() {
            self.head.set(first);
        } else {
            // SAFETY: Q1, Q2: the tail is an entry.
            unsafe { (*self.tail.get()).link.with_mut(|link| *link = first) };
        }
        self.tail.set(other.tail.get());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.get().is_null()
    }
}

impl Drop for RunQueue {
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}
