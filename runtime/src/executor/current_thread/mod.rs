//! The executor of one thread: a queue, the tasks that were spawned, and the
//! loop that polls them.
//!
//! - [`queue`]: the tasks that are ready, on the owner's thread.
//! - [`inject`]: the tasks that other threads made ready, and the word through
//!   which they and the owner agree on sleeping.
//! - [`shared`]: the inject and the owner's bell, for those other threads.
//! - [`ranks`]: the ready tasks where some are more urgent than others.
//! - [`run`]: the loop.
//!
//! The root future of `block_on` is an entry of the queue like any task, so it
//! waits its turn and wakes as cheaply.

mod inject;
mod queue;
mod ranks;
mod run;
mod shared;

#[cfg(all(test, loom))]
mod models;

pub(crate) use ranks::Ranks;
pub(crate) use shared::SharedCore;

use super::{
    Driver,
    context::{self, Current},
    owned_tasks::{self, OwnedTasks},
    stable_slot::{StableSlot, StableSlots},
};
use crate::budget;
use crate::{
    executor::hooks::SharedHooks,
    fork,
    inspect::TaskInfo,
    runtime::Handle,
    task::{Header, JoinHandle, Schedule, State, Task, UNLISTED},
};
use queue::RunQueue;
use std::{
    cell::{Cell, RefCell},
    future::{self, Future},
    mem,
    panic::Location,
    ptr,
    sync::Arc,
};

/// How many tasks may be cancelled inside each other's destructors at shutdown.
/// Those that are spawned deeper wait in the queue, to save the stack.
const NESTED_CANCELS: u32 = 16;

/// The root's key: it is in no list, nor is to be listed.
const ROOT: u32 = UNLISTED - 1;

#[cfg(not(loom))]
static SLOTS: StableSlots<SharedCore> = StableSlots::new();
// A model begins without the gates of the last.
#[cfg(loom)]
loom::lazy_static! {
    static ref SLOTS: StableSlots<SharedCore> = StableSlots::new();
}

/// What only the runtime's own thread touches.
pub(crate) struct Core {
    queue: RunQueue,
    /// The tasks that have given way since the last look at the sockets and the
    /// timers. The next look moves them into `queue`.
    deferred: RunQueue,
    /// The last task that was ready when the first of those gave way: the look
    /// follows its turn. Null if there is none, or its turn has come. Only
    /// compared, never read.
    last_before_look: Cell<*const Header>,
    /// In the place of `queue`, if the runtime ranks its tasks.
    ranks: Option<Box<Ranks>>,
    /// Every task that waits, and is not complete. One that has not been polled
    /// yet is in the queue, and many are over with that poll.
    tasks: RefCell<OwnedTasks>,
    /// Stands in the queue for the future that `block_on` runs.
    root: Task,
    driver: Driver,
    shared: Arc<SharedCore>,
    /// The mailbox's, nearer.
    hooks: SharedHooks,
    home: &'static StableSlot<SharedCore>,
    /// Polls since the sockets and the timers were last looked at.
    ticks: Cell<u32>,
    closing: Cell<bool>,
    /// How many tasks are being cancelled that came too late.
    nested_cancels: Cell<u32>,
    /// A task is not to be admitted without more: there are ranks or hooks, or
    /// it comes too late. One look in the place of three.
    slow_spawn: Cell<bool>,
}

/// A task's way back into the queue of its executor.
#[derive(Clone, Copy)]
struct Local(&'static StableSlot<SharedCore>);

impl Schedule for Local {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read until we give the task away.
        let Self(home) = unsafe { *this };
        let foreign = context::with(|current| match current {
            Some(Current::Local(core)) if ptr::eq(core.home, home) => {
                core.push(task);
                None
            }
            _ => Some(task),
        });
        if let Some(task) = foreign
            && let Some(shared) = home.inside()
        {
            shared.push(task);
        }
    }

    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: as in `schedule`.
        let Self(home) = unsafe { *this };
        let other = context::with(|current| match current {
            Some(Current::Local(core)) if budget::deferred() && ptr::eq(core.home, home) => {
                core.push_behind_look(task);
                None
            }
            _ => Some(task),
        });
        if let Some(task) = other {
            // SAFETY: the caller's promise.
            unsafe { Self::schedule(this, task) }
        }
    }

    fn keep(&self, task: &Task) {
        context::with(|current| match current {
            Some(Current::Local(core)) => core.list(task),
            _ => unreachable!("the core runs it"),
        });
    }

    fn release(&self, task: &Task) -> Option<Task> {
        let key = owned_tasks::key(task);
        if key == ROOT {
            // No task of the program's.
            return None;
        }
        let listed = context::with(|current| match current {
            Some(Current::Local(core)) if ptr::eq(core.home, self.0) => {
                core.shared.alive().count_end();
                if let Some(hooks) = &core.hooks {
                    hooks.task_terminate(task.header());
                }
                core.tasks.borrow_mut().remove(key, task)
            }
            // It came too late to be listed.
            _ => None,
        });
        let is_listed = key != UNLISTED;
        // SAFETY: in no list, so the list's reference is still to be had.
        listed.or_else(|| (!is_listed).then(|| unsafe { Task::from_raw(task.as_raw()) }))
    }
}

/// Whether the owner of this mailbox is who refuses a task now. Then the task
/// counts, for its end is counted as well.
fn is_counted_here(shared: &SharedCore) -> bool {
    context::with(|current| match current {
        Some(Current::Local(core)) if ptr::eq(core.home, shared.home()) => {
            shared.alive().count_one();
            true
        }
        _ => false,
    })
}

/// Hands a future to a local executor from whatever thread.
pub(crate) fn spawn<F>(
    shared: &Arc<SharedCore>,
    future: F,
    location: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    // Three references: the handle's, the queue's, and the list's, which takes
    // its own when the task first waits.
    let scheduler = Local(shared.home());
    let task = Task::new(future, scheduler, State::scheduled(3), location, 0);
    if let Some(hooks) = shared.hooks() {
        hooks.task_spawn(task.clone());
    }
    // SAFETY: counted above.
    shared.push(unsafe { Task::from_raw(task.as_raw()) });
    // SAFETY: the output's type, and the only handle.
    unsafe { JoinHandle::new(task) }
}

impl Core {
    #[track_caller]
    pub(crate) fn new(driver: Driver, shared: Arc<SharedCore>, ranked: bool) -> Self {
        let home = shared.home();
        home.open(Arc::clone(&shared));
        let root = future::pending::<()>();
        let root = Task::new(root, Local(home), State::idle(), Location::caller(), 0);
        owned_tasks::set_key(&root, ROOT);
        Self {
            queue: RunQueue::new(),
            deferred: RunQueue::new(),
            last_before_look: Cell::new(ptr::null()),
            ranks: ranked.then(Box::default),
            tasks: RefCell::default(),
            root,
            driver,
            // The inspector shows traced tasks from their first moment.
            slow_spawn: Cell::new(ranked || shared.hooks().is_some() || cfg!(feature = "trace")),
            hooks: shared.hooks().clone(),
            shared,
            home,
            ticks: Cell::new(0),
            closing: Cell::new(false),
            nested_cancels: Cell::new(0),
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
        let scheduler = Local(self.home);
        let born = self.handle().timers().last_turn();
        // Three references: the handle's, the queue's, and the list's, which
        // takes its own when the task first waits.
        let task = Task::new(future, scheduler, State::scheduled(3), location, born);
        self.shared.alive().count_one();
        // SAFETY: counted above.
        let queued = unsafe { Task::from_raw(task.as_raw()) };
        if self.slow_spawn.get() {
            self.admit_specially(queued);
        } else {
            self.queue.push(queued);
        }
        // SAFETY: the output's type, and the only handle.
        unsafe { JoinHandle::new(task) }
    }

    /// Lists and queues a task that nobody has seen yet, with its rank and for
    /// who wants to be told of it; or cancels it, for it comes too late.
    #[cold]
    fn admit_specially(&self, task: Task) {
        // Before the hook, which may spawn as well.
        let rank = self.ranks.as_ref().map(|ranks| ranks.next());
        if let Some(hooks) = &self.hooks {
            hooks.task_spawn(task.clone());
        }
        if self.closing.get() {
            let nested = self.nested_cancels.get();
            if nested >= NESTED_CANCELS {
                // `shut_down` comes to it.
                return self.push(task);
            }
            self.nested_cancels.set(nested + 1);
            // SAFETY: this is the thread it was spawned on, and it stands in
            // no queue.
            unsafe { task.cancel() };
            return self.nested_cancels.set(nested);
        }
        self.list(&task);
        if let (Some(ranks), Some(rank)) = (&self.ranks, rank) {
            ranks.set(&task, rank);
        }
        self.push(task);
    }

    fn push(&self, task: Task) {
        match &self.ranks {
            None => self.queue.push(task),
            Some(ranks) => ranks.push(task),
        }
    }

    /// Queues a task that has given way: behind every task that is ready now,
    /// and behind the next look at the sockets and the timers. Where tasks have
    /// ranks it keeps its place among them, and the look comes next.
    fn push_behind_look(&self, task: Task) {
        if let Some(ranks) = &self.ranks {
            ranks.push(task);
            return self.look_next();
        }
        if self.deferred.is_empty() {
            match self.queue.last() {
                Some(last) => self.last_before_look.set(last.as_ptr()),
                None => self.look_next(),
            }
        }
        self.deferred.push(task);
    }

    /// Puts a task before all others, or where its rank is.
    fn push_front(&self, task: Task) {
        match &self.ranks {
            None => self.queue.push_front(task),
            Some(ranks) => ranks.push(task),
        }
    }

    fn pop(&self) -> Option<Task> {
        match &self.ranks {
            None => self.pop_in_order(),
            Some(ranks) => ranks.pop(),
        }
    }

    fn pop_in_order(&self) -> Option<Task> {
        let task = self.queue.pop()?;
        if ptr::eq(task.as_raw().as_ptr(), self.last_before_look.get()) {
            self.look_next();
        }
        Some(task)
    }

    /// Whether no task is ready here.
    fn is_idle(&self) -> bool {
        let ranked = self.ranks.as_ref();
        self.queue.is_empty()
            && self.deferred.is_empty()
            && ranked.is_none_or(|ranks| ranks.is_empty())
    }

    pub(crate) fn ranks(&self) -> Option<&Ranks> {
        self.ranks.as_deref()
    }

    /// Puts a task on the list of those that wait.
    fn list(&self, task: &Task) {
        let mut tasks = self.tasks.borrow_mut();
        owned_tasks::set_key(task, tasks.next_place());
        // SAFETY: the list's reference, counted at the spawn and taken once:
        // the task is in no list.
        tasks.add(unsafe { Task::from_raw(task.as_raw()) });
    }

    /// Queues what other threads have woken or spawned.
    fn take_mail(&self) {
        self.shared.inject().take(|task| {
            if owned_tasks::key(&task) == UNLISTED {
                self.shared.alive().count_one();
                if self.slow_spawn.get() {
                    self.list(&task);
                }
                if let Some(ranks) = &self.ranks {
                    ranks.adopt(&task);
                }
            }
            self.push(task);
        });
    }

    /// Drops every task, then lets go of the queue: what is woken from now on
    /// is complete. Wakes who waits for I/O, with an error to find.
    pub(crate) fn shut_down(&self) {
        self.closing.set(true);
        self.slow_spawn.set(true);
        let tasks = mem::take(&mut *self.tasks.borrow_mut());
        if fork::happened_since(self.handle().reactor().born()) {
            // The parent's tasks: their destructors are for the parent to run.
            mem::forget(tasks);
            return;
        }
        for task in tasks {
            // SAFETY: the thread on which it was spawned; and nothing is
            // running, for `block_on` borrows the runtime that is dropped.
            unsafe { task.cancel() };
        }
        self.driver.close();
        self.handle().timers().close();
        self.queue.append(&self.deferred);
        self.cancel_queued();
        self.shared.inject().close(|task| {
            if owned_tasks::key(&task) == UNLISTED {
                self.shared.alive().count_one();
            }
            // SAFETY: spawned by another thread, and so `Send`; or complete.
            unsafe { task.cancel() };
        });
        // SAFETY: as for the tasks.
        unsafe { self.root.clone().cancel() };
        // What the last destructors have spawned.
        self.cancel_queued();
        self.home.shut();
    }

    fn cancel_queued(&self) {
        while let Some(task) = self.pop() {
            // SAFETY: the thread on which it was spawned, or its future is `Send`;
            // and nothing is running, as in `shut_down`.
            unsafe { task.cancel() };
        }
    }

    /// The tasks that have not ended, for the inspector.
    pub(crate) fn inspect(&self) -> Vec<TaskInfo> {
        let now = self.handle().timers().clock().nanos();
        let tasks = self.tasks.borrow();
        tasks
            .iter()
            .map(|task| TaskInfo::new(task.header(), now))
            .collect()
    }
}
