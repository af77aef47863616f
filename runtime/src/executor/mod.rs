//! The executor of one thread: a queue, the tasks that were spawned, and the
//! loop that polls them.
//!
//! - [`queue`]: the tasks that are ready, on the owner's thread.
//! - [`inbox`]: the tasks that other threads made ready, and the word through
//!   which they wake the owner.
//! - [`context`]: which executor this thread is running.
//! - [`coop`]: why a task that is always ready gives way all the same.
//!
//! The root future of `block_on` is an entry of the queue like any task, so it
//! waits its turn and wakes as cheaply.

pub(crate) mod context;
pub(crate) mod coop;
mod inbox;
mod queue;
mod run;

#[cfg(all(test, loom))]
mod models;

use crate::{
    inspect::{Snapshot, TaskInfo},
    reactor::Reactor,
    runtime::{Handle, Shared, fork},
    task::{JoinHandle, Schedule, State, Task},
};
use queue::RunQueue;
use slab::Slab;
use std::{
    cell::{Cell, RefCell},
    future::{self, Future},
    io, mem,
    panic::Location,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::Waker,
};

pub(crate) use inbox::{Inbox, Pushed};

/// What only the runtime's own thread touches.
pub(crate) struct Core {
    queue: RunQueue,
    /// Every task that is not complete, so that shutdown finds them.
    tasks: RefCell<Slab<Task>>,
    /// Stands in the queue for the future that `block_on` runs.
    root: Task,
    reactor: RefCell<Reactor>,
    /// A list to collect wakers in, kept for its capacity.
    woken: Cell<Vec<Waker>>,
    /// Polls since the reactor and the timers were last looked at.
    ticks: Cell<u32>,
    closing: Cell<bool>,
    handle: Handle,
}

/// A task's way back into the queue of its executor.
struct Local(Handle);

impl Schedule for Local {
    unsafe fn schedule(this: *const Self, task: Task) {
        let foreign = context::with(|core| {
            // SAFETY: the caller lets us read until we give the task away.
            let shared = unsafe { (*this).0.shared() };
            match core {
                // Its own thread: the task cannot be freed behind our back,
                // for only this thread completes it.
                Some(core) if Arc::ptr_eq(core.handle.shared(), shared) => {
                    core.queue.push(task);
                    None
                }
                // The inbox must outlive the push, and the task does not.
                _ => Some((Arc::clone(shared), task)),
            }
        });
        if let Some((shared, task)) = foreign {
            shared.push(task);
        }
    }

    fn release(&self, task: &Task) {
        let key = task.header().key.load(Relaxed);
        let listed = context::with(|core| core?.tasks.borrow_mut().try_remove(key));
        // Outside the borrow: the last reference may free a stranger's waker.
        drop(listed);
    }
}

impl Core {
    #[track_caller]
    pub(crate) fn new(reactor: Reactor, handle: Handle) -> Self {
        let root = Task::new(
            future::pending::<()>(),
            Local(handle.clone()),
            State::idle(),
            Location::caller(),
            0,
        );
        Self {
            queue: RunQueue::new(),
            tasks: RefCell::default(),
            root,
            reactor: RefCell::new(reactor),
            woken: Cell::default(),
            ticks: Cell::new(0),
            closing: Cell::new(false),
            handle,
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
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
        let scheduler = Local(self.handle.clone());
        let born = self.handle.timers().last_turn();
        if self.closing.get() {
            let task = Task::new(future, scheduler, State::scheduled(1), location, born);
            // SAFETY: this is the thread it was spawned on, and it stands in
            // no queue.
            unsafe { task.cancel() };
            // SAFETY: the output's type, and the only handle.
            return unsafe { JoinHandle::new(task) };
        }
        // Three references: the handle's, the list's and the queue's.
        let task = Task::new(future, scheduler, State::scheduled(3), location, born);
        let mut tasks = self.tasks.borrow_mut();
        let place = tasks.vacant_entry();
        task.header().key.store(place.key(), Relaxed);
        // SAFETY: counted above.
        place.insert(unsafe { Task::from_raw(task.as_raw()) });
        drop(tasks);
        // SAFETY: counted above.
        self.queue.push(unsafe { Task::from_raw(task.as_raw()) });
        // SAFETY: the output's type, and the only handle.
        unsafe { JoinHandle::new(task) }
    }

    /// Drops every task, then lets go of the queue: what is woken from now on
    /// is complete. Wakes who waits for I/O, with an error to find.
    pub(crate) fn shut_down(&self) {
        self.closing.set(true);
        let tasks = mem::take(&mut *self.tasks.borrow_mut());
        if fork::happened_since(self.handle.reactor().born()) {
            // The parent's tasks: their destructors are for the parent to run.
            mem::forget(tasks);
            return;
        }
        for (_, task) in tasks {
            // SAFETY: the thread on which it was spawned; and nothing is
            // running, for `block_on` borrows the runtime that is dropped.
            unsafe { task.cancel() };
        }
        let mut woken = Vec::new();
        self.reactor.borrow_mut().close(&mut woken);
        woken.into_iter().for_each(crate::contain::wake);
        while self.queue.pop().is_some() {}
        self.handle.shared().close();
    }

    /// What this runtime is doing, at this moment.
    pub(crate) fn inspect(&self) -> Snapshot {
        let now = self.handle.timers().clock().nanos();
        let tasks = self.tasks.borrow();
        let tasks = tasks
            .iter()
            .map(|(_, task)| TaskInfo::new(task.header(), now));
        self.handle.shared().inspect(tasks.collect())
    }

    /// Looks at the inbox, the sockets and the timers. With `block`, sleeps
    /// until one of them has something.
    fn turn(&self, block: bool) -> io::Result<()> {
        self.ticks.set(0);
        let inbox = self.handle.shared().inbox();
        let timers = self.handle.timers();
        let mut woken = self.woken.take();

        let parked = block && inbox.park();
        let timeout = if parked {
            timers.before_sleep()
        } else {
            Some(std::time::Duration::ZERO)
        };
        let turned = self.reactor.borrow_mut().turn(timeout, &mut woken);
        if parked {
            inbox.unpark();
        }
        timers.fire(&mut woken);
        for waker in woken.drain(..) {
            crate::contain::wake(waker);
        }
        self.woken.set(woken);
        inbox.take(&self.queue);
        turned
    }
}

impl Shared {
    fn push(&self, task: Task) {
        match self.inbox().push(task) {
            Pushed::Ring => self.reactor().ring(),
            Pushed::Quiet | Pushed::Closed => {}
        }
    }
}

/// Hands a future to the runtime of this thread, to run beside its spawner.
/// The future stays on this thread, so it need not be `Send`.
///
/// The task runs whether or not the handle is awaited. Spawned while the
/// runtime shuts down, it is cancelled at once.
///
/// One allocation. Constant time.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// use std::rc::Rc;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let shared = Rc::new(20);
///     let other = Rc::clone(&shared);
///     let task = wakeful::spawn_local(async move { *other + 1 });
///     assert_eq!(*shared + task.await?, 41);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let location = Location::caller();
    let mut future = Some(future);
    let spawned = context::with(|core| Some(core?.spawn(future.take()?, location)));
    match spawned {
        Some(handle) => handle,
        None => panic!("{}", crate::runtime::NOT_INSIDE),
    }
}
