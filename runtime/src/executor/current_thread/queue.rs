//! The run queue of an executor, and how a task gets into it.
//!
//! [`WeakHandle`] queues a task that was woken. On the executor's thread the task goes
//! into the run queue, or into a queue behind it if the task yielded ([`LocalExecutor::defer`]).
//! From another thread it goes into the inject queue ([`Shared::push`]).
//!
//! [`RunQueue`] is first in, first out. It is a list through the tasks' headers, so
//! queueing allocates nothing.
//!
//! - **RQ1**: each entry owns one reference, so its header stays allocated.
//! - **RQ2**: a task is in one queue at most, because the state word's SCHEDULED bit
//!   lets one waker queue it. So this queue alone uses the `link` of its entries.

use super::{BLOCK_ON_KEY, LocalExecutor, shared::Shared};
use crate::{
    budget,
    executor::{
        context::{self, ExecutorContext},
        owned_tasks,
        weak_executor::WeakExecutor,
    },
    task::{Header, Schedule, Task},
};
use std::{
    cell::Cell,
    ptr::{self, NonNull},
};

/// Leads a task to its executor.
#[derive(Clone, Copy)]
pub(super) struct WeakHandle(pub(super) &'static WeakExecutor<Shared>);

impl Schedule for WeakHandle {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        let Self(weak) = unsafe { *this };
        let remote = context::with(|current| match current {
            Some(ExecutorContext::Local(executor)) if ptr::eq(executor.weak, weak) => {
                executor.push(task);
                None
            }
            _ => Some(task),
        });
        if let Some(task) = remote
            && let Some(shared) = weak.upgrade()
        {
            shared.push(task);
        }
    }

    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read `this` until the task is given away.
        let Self(weak) = unsafe { *this };
        let other = context::with(|current| match current {
            Some(ExecutorContext::Local(executor))
                if budget::deferred() && ptr::eq(executor.weak, weak) =>
            {
                executor.defer(task);
                None
            }
            _ => Some(task),
        });
        if let Some(task) = other {
            // SAFETY: the caller's promise.
            unsafe { Self::schedule(this, task) }
        }
    }

    fn bind(&self, task: &Task) {
        context::with(|current| match current {
            Some(ExecutorContext::Local(executor)) => executor.bind(task),
            _ => unreachable!("the executor polls the task"),
        });
    }

    fn release(&self, task: &Task) -> Option<Task> {
        let key = owned_tasks::key(task);
        if key == BLOCK_ON_KEY {
            // The `block_on` task has no list reference, and it does not count as a task.
            return None;
        }
        let listed = context::with(|current| match current {
            Some(ExecutorContext::Local(executor)) if ptr::eq(executor.weak, self.0) => {
                executor.shared.alive().decrement();
                if let Some(hooks) = &executor.hooks {
                    hooks.task_terminate(task.header());
                }
                executor.tasks.borrow_mut().remove(key, task)
            }
            // The executor had ended before the task could be put into the list.
            _ => None,
        });
        let was_owned = owned_tasks::is_owned(task);
        // SAFETY: the task was never in the list, so the reference was not taken.
        listed.or_else(|| (!was_owned).then(|| unsafe { owned_tasks::list_reference(task) }))
    }

    fn panicked(&self) {
        context::with(|current| match current {
            Some(ExecutorContext::Local(executor)) if ptr::eq(executor.weak, self.0) => {
                executor.task_panicked();
            }
            // The executor has ended.
            _ => {}
        });
    }
}

impl LocalExecutor {
    /// A task panicked. The loop may have to end.
    fn task_panicked(&self) {
        if self.settings.shuts_down_on_panic {
            self.has_panicked.set(true);
            // The loop looks at the flag before it polls the driver.
            self.poll_counter.poll_driver_next();
        }
    }

    /// Queues a task behind all others, or by its rank.
    pub(super) fn push(&self, task: Task) {
        match &self.priority_queue {
            None => self.queue.push(task),
            Some(priority_queue) => priority_queue.push(task),
        }
    }

    /// Queues a task before all others, or by its rank.
    pub(super) fn push_front(&self, task: Task) {
        match &self.priority_queue {
            None => self.queue.push_front(task),
            Some(priority_queue) => priority_queue.push(task),
        }
    }

    /// Queues a task that yielded: after every task that is ready now, and after the
    /// next poll of the driver. Ranked tasks keep their order, and the driver is
    /// polled at once.
    pub(super) fn defer(&self, task: Task) {
        if let Some(priority_queue) = &self.priority_queue {
            priority_queue.push(task);
            return self.poll_counter.poll_driver_next();
        }
        if self.deferred.is_empty() {
            match self.queue.last() {
                Some(last) => self.last_before_driver.set(last.as_ptr()),
                None => self.poll_counter.poll_driver_next(),
            }
        }
        self.deferred.push(task);
    }

    pub(super) fn pop(&self) -> Option<Task> {
        if let Some(priority_queue) = &self.priority_queue {
            return priority_queue.pop();
        }
        let task = self.queue.pop()?;
        if ptr::eq(task.as_raw().as_ptr(), self.last_before_driver.get()) {
            self.poll_counter.poll_driver_next();
        }
        Some(task)
    }

    /// Whether no task is ready.
    pub(super) fn is_idle(&self) -> bool {
        let ranked = self.priority_queue.as_ref();
        self.queue.is_empty()
            && self.deferred.is_empty()
            && ranked.is_none_or(|priority_queue| priority_queue.is_empty())
    }
}

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
        // SAFETY: RQ1, RQ2.
        unsafe { (*task).link.with_mut(|link| *link = ptr::null_mut()) };
        if self.head.get().is_null() {
            self.head.set(task);
        } else {
            // SAFETY: RQ1, RQ2: the tail is an entry.
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
        // SAFETY: RQ1, RQ2.
        unsafe { (*task).link.with_mut(|link| *link = first) };
        self.head.set(task);
    }

    pub(crate) fn pop(&self) -> Option<Task> {
        let head = NonNull::new(self.head.get())?;
        // SAFETY: RQ1, RQ2: the head is an entry.
        let next = unsafe { head.as_ref().link.with(|link| *link) };
        self.head.set(next);
        // SAFETY: RQ1. The entry's reference goes to the caller.
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
            // SAFETY: RQ1, RQ2: the tail is an entry.
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
