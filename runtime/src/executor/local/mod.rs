//! The executor of one thread: a queue, the tasks that were spawned, and the
//! loop that polls them.
//!
//! - [`queue`]: the tasks that are ready, on the owner's thread.
//! - [`inbox`]: the tasks that other threads made ready, and the word through
//!   which they and the owner agree on sleeping.
//! - [`mailbox`]: the inbox and the owner's bell, for those other threads.
//! - [`run`]: the loop.
//!
//! The root future of `block_on` is an entry of the queue like any task, so it
//! waits its turn and wakes as cheaply.

mod inbox;
mod mailbox;
mod queue;
mod run;

#[cfg(all(test, loom))]
mod models;

pub(crate) use mailbox::Mailbox;

use super::{
    Driver,
    context::{self, Current},
};
use crate::{
    inspect::TaskInfo,
    runtime::{Handle, Hooked, fork},
    task::{JoinHandle, Schedule, State, Task},
};
use queue::RunQueue;
use slab::Slab;
use std::{
    cell::{Cell, RefCell},
    future::{self, Future},
    mem,
    panic::Location,
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// The keys of tasks that are in no list: one that another thread spawned, and
/// the root.
const UNLISTED: usize = usize::MAX;
const ROOT: usize = usize::MAX - 1;

/// What only the runtime's own thread touches.
pub(crate) struct Core {
    queue: RunQueue,
    /// Every task that is not complete, so that shutdown finds them.
    tasks: RefCell<Slab<Task>>,
    /// Stands in the queue for the future that `block_on` runs.
    root: Task,
    driver: Driver,
    mailbox: Arc<Mailbox>,
    /// The mailbox's, nearer.
    hooks: Hooked,
    /// Polls since the sockets and the timers were last looked at.
    ticks: Cell<u32>,
    closing: Cell<bool>,
    /// A task is not to be admitted without more: there are hooks, or it comes
    /// too late. One look in the place of two.
    special: Cell<bool>,
}

/// A task's way back into the queue of its executor.
struct Local(Arc<Mailbox>);

impl Schedule for Local {
    unsafe fn schedule(this: *const Self, task: Task) {
        let foreign = context::with(|current| {
            // SAFETY: the caller lets us read until we give the task away.
            let mailbox = unsafe { &(*this).0 };
            match current {
                // Its own thread: the task cannot be freed behind our back,
                // for only this thread completes it.
                Some(Current::Local(core)) if Arc::ptr_eq(&core.mailbox, mailbox) => {
                    core.queue.push(task);
                    None
                }
                // The mailbox must outlive the push, and the task does not.
                _ => Some((Arc::clone(mailbox), task)),
            }
        });
        if let Some((mailbox, task)) = foreign {
            mailbox.push(task);
        }
    }

    fn release(&self, task: &Task) {
        if let Some(hooks) = self.0.hooks() {
            hooks.task_terminate(task.header());
        }
        let key = task.header().key.load(Relaxed);
        let listed = context::with(|current| match current {
            Some(Current::Local(core)) => core.tasks.borrow_mut().try_remove(key),
            _ => None,
        });
        // Outside the borrow: the last reference may free a stranger's waker.
        drop(listed);
    }
}

/// How many tasks there are: on their own thread now, elsewhere as of the
/// owner's last look at its sockets.
pub(crate) fn alive_tasks(mailbox: &Arc<Mailbox>) -> usize {
    context::with(|current| match current {
        Some(Current::Local(core)) if Arc::ptr_eq(&core.mailbox, mailbox) => {
            core.tasks.borrow().len()
        }
        _ => mailbox.reported(),
    })
}

/// Hands a future to a local executor from whatever thread.
pub(crate) fn spawn<F>(
    mailbox: &Arc<Mailbox>,
    future: F,
    location: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let scheduler = Local(Arc::clone(mailbox));
    // Two references, the handle's and the queue's. The owner lists the task
    // when it finds it in its inbox.
    let task = Task::new(future, scheduler, State::scheduled(2), location, 0);
    if let Some(hooks) = mailbox.hooks() {
        hooks.task_spawn(task.header());
    }
    // SAFETY: counted above.
    mailbox.push(unsafe { Task::from_raw(task.as_raw()) });
    // SAFETY: the output's type, and the only handle.
    unsafe { JoinHandle::new(task) }
}

impl Core {
    #[track_caller]
    pub(crate) fn new(driver: Driver, mailbox: Arc<Mailbox>) -> Self {
        let scheduler = Local(Arc::clone(&mailbox));
        let root = future::pending::<()>();
        let root = Task::new(root, scheduler, State::idle(), Location::caller(), 0);
        root.header().key.store(ROOT, Relaxed);
        Self {
            queue: RunQueue::new(),
            tasks: RefCell::default(),
            root,
            driver,
            special: Cell::new(mailbox.hooks().is_some()),
            hooks: mailbox.hooks().clone(),
            mailbox,
            ticks: Cell::new(0),
            closing: Cell::new(false),
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.driver.handle()
    }

    pub(crate) fn spawn<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let scheduler = Local(Arc::clone(&self.mailbox));
        let born = self.handle().timers().last_turn();
        // Three references: the handle's, the list's and the queue's.
        let task = Task::new(future, scheduler, State::scheduled(3), location, born);
        // SAFETY: counted above, twice.
        let (listed, queued) =
            unsafe { (Task::from_raw(task.as_raw()), Task::from_raw(task.as_raw())) };
        if self.special.get() {
            self.admit_specially(listed, queued);
        } else {
            self.list(listed);
            self.queue.push(queued);
        }
        // SAFETY: the output's type, and the only handle.
        unsafe { JoinHandle::new(task) }
    }

    /// Lists and queues a task that nobody has seen yet, for who wants to be
    /// told of it; or cancels it, for it comes too late.
    #[cold]
    fn admit_specially(&self, listed: Task, queued: Task) {
        if let Some(hooks) = &self.hooks {
            hooks.task_spawn(queued.header());
        }
        if self.closing.get() {
            // SAFETY: this is the thread it was spawned on, and it stands in
            // no queue.
            unsafe { queued.cancel() };
        } else {
            self.list(listed);
            self.queue.push(queued);
        }
    }

    fn list(&self, task: Task) {
        let mut tasks = self.tasks.borrow_mut();
        let place = tasks.vacant_entry();
        task.header().key.store(place.key(), Relaxed);
        place.insert(task);
    }

    /// Queues what other threads have woken or spawned.
    fn take_mail(&self) {
        self.mailbox.inbox().take(|task| {
            if task.header().key.load(Relaxed) == UNLISTED {
                self.list(task.clone());
            }
            self.queue.push(task);
        });
    }

    /// Drops every task, then lets go of the queue: what is woken from now on
    /// is complete. Wakes who waits for I/O, with an error to find.
    pub(crate) fn shut_down(&self) {
        self.closing.set(true);
        self.special.set(true);
        let tasks = mem::take(&mut *self.tasks.borrow_mut());
        if fork::happened_since(self.handle().reactor().born()) {
            // The parent's tasks: their destructors are for the parent to run.
            mem::forget(tasks);
            return;
        }
        for (_, task) in tasks {
            // SAFETY: the thread on which it was spawned; and nothing is
            // running, for `block_on` borrows the runtime that is dropped.
            unsafe { task.cancel() };
        }
        self.mailbox.report(0);
        self.driver.close();
        while self.queue.pop().is_some() {}
        // SAFETY: spawned by another thread, and so `Send`; or complete.
        self.mailbox.inbox().close(|task| unsafe { task.cancel() });
    }

    /// The tasks that have not ended, for the inspector.
    pub(crate) fn inspect(&self) -> Vec<TaskInfo> {
        let now = self.handle().timers().clock().nanos();
        let tasks = self.tasks.borrow();
        let each = tasks.iter();
        each.map(|(_, task)| TaskInfo::new(task.header(), now))
            .collect()
    }
}
