// ANCHOR: head
//! The executor: its tasks, and the loop that polls them.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use slab::Slab;
use wakers::Parker;

use crate::Spawner;
use crate::primitives::SegQueue;
use crate::wake::{Shared, TaskWaker};
// ANCHOR_END: head

// ANCHOR: executor
/// Runs many tasks on the thread that created it.
pub struct Executor {
    pub(crate) tasks: Rc<Tasks>,
}

/// The part of an executor that only its own thread uses.
pub(crate) struct Tasks {
    all: RefCell<Slab<Task>>,
    /// The executor is running its tasks.
    running: Cell<bool>,
    /// Puts the thread to sleep. `None` if another part of the program does that.
    parker: Option<Arc<Parker>>,
    pub(crate) shared: Arc<Shared>,
}

struct Task {
    /// `None` while the task is being polled.
    future: Option<BoxFuture>,
    waker: Arc<TaskWaker>,
}

pub(crate) type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;
// ANCHOR_END: executor

// ANCHOR: run_woken
impl Executor {
    /// Polls each task that is in the queue now, once. Does not sleep.
    ///
    /// # Panics
    ///
    /// Inside of a task of this executor.
    pub fn run_woken(&self) {
        let _running = Running::begin(&self.tasks.running);
        for _ in 0..self.tasks.shared.woken.len() {
            let Some(number) = self.tasks.shared.woken.pop() else { return };
            self.tasks.poll(number);
        }
    }
}
// ANCHOR_END: run_woken

// ANCHOR: poll
impl Tasks {
    /// Polls one task, if it has not ended yet.
    fn poll(&self, number: usize) {
        let Some((mut future, waker)) = self.take(number) else { return };
        waker.begin_poll();
        let std_waker = Waker::from(waker);
        // `all` is not borrowed here, because the task may spawn, wake and abort.
        let polled = future.as_mut().poll(&mut Context::from_waker(&std_waker));
        if polled.is_pending() {
            self.all.borrow_mut()[number].future = Some(future);
        } else {
            let task = self.all.borrow_mut().remove(number);
            drop((task, future));
        }
    }

    /// Takes the future of a task out of its place.
    fn take(&self, number: usize) -> Option<(BoxFuture, Arc<TaskWaker>)> {
        let mut all = self.all.borrow_mut();
        let task = all.get_mut(number)?;
        Some((task.future.take()?, Arc::clone(&task.waker)))
    }
}
// ANCHOR_END: poll

// ANCHOR: insert
impl Tasks {
    /// Adds a task and wakes it, because the executor owes it a first poll.
    pub(crate) fn insert(&self, future: BoxFuture) -> Arc<TaskWaker> {
        let mut all = self.all.borrow_mut();
        let place = all.vacant_entry();
        let waker = TaskWaker::new(place.key(), &self.shared);
        place.insert(Task { future: Some(future), waker: Arc::clone(&waker) });
        drop(all);
        Waker::from(Arc::clone(&waker)).wake();
        waker
    }
}
// ANCHOR_END: insert

// ANCHOR: block_on
/// The number of the future that `block_on` runs. No task has it.
const ROOT: usize = usize::MAX;

impl Executor {
    /// Runs `root` to its end on this thread, and all tasks beside it. Tasks that have
    /// not ended stay, and continue in the next call.
    ///
    /// # Panics
    ///
    /// Inside of a task of this executor, and if [`Executor::with_unpark`] made it.
    pub fn block_on<F: Future>(&self, root: F) -> F::Output {
        self.block_on_with(root, || self.park())
    }
    // ANCHOR_END: block_on

    // ANCHOR: block_on_with
    /// As `block_on`, but calls `sleep` after each round, also if tasks are queued.
    /// `sleep` must return if a task was woken since its last call.
    ///
    /// # Panics
    ///
    /// Inside of a task of this executor.
    pub fn block_on_with<F: Future>(
        &self,
        root: F,
        mut sleep: impl FnMut(),
    ) -> F::Output {
        let _running = Running::begin(&self.tasks.running);
        let shared = &self.tasks.shared;
        let root_waker = TaskWaker::new(ROOT, shared);
        let waker = Waker::from(Arc::clone(&root_waker));
        let mut root = pin!(root);
        waker.wake_by_ref();
        loop {
            for _ in 0..shared.woken.len() {
                let Some(number) = shared.woken.pop() else { break };
                if number != ROOT {
                    self.tasks.poll(number);
                    continue;
                }
                root_waker.begin_poll();
                let polled = root.as_mut().poll(&mut Context::from_waker(&waker));
                if let Poll::Ready(output) = polled {
                    return output;
                }
            }
            sleep();
        }
    }
}
// ANCHOR_END: block_on_with

// ANCHOR: rest
/// Says that the executor is running, until the call returns or panics.
struct Running<'r>(&'r Cell<bool>);

impl Running<'_> {
    fn begin(running: &Cell<bool>) -> Running<'_> {
        assert!(!running.replace(true), "a task cannot run its own executor");
        Running(running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
// ANCHOR_END: rest

// ANCHOR: new
impl Executor {
    /// Creates an executor without tasks on the current thread.
    pub fn new() -> Executor {
        let parker = Parker::new();
        let unpark = wakers::waker(Arc::clone(&parker));
        Executor::from_parts(Some(parker), unpark)
    }

    /// Creates an executor whose thread does not sleep in [`Executor::park`]. Each
    /// wake of a task calls `unpark` to wake the thread.
    pub fn with_unpark(unpark: Waker) -> Executor {
        Executor::from_parts(None, unpark)
    }

    // ANCHOR_END: new
    // ANCHOR: rest_of_impl
    fn from_parts(parker: Option<Arc<Parker>>, unpark: Waker) -> Executor {
        let shared = Arc::new(Shared { woken: SegQueue::new(), unpark });
        let (all, running) = (RefCell::default(), Cell::new(false));
        Executor { tasks: Rc::new(Tasks { all, running, parker, shared }) }
    }

    /// A handle that adds tasks to this executor.
    pub fn spawner(&self) -> Spawner {
        Spawner::new(&self.tasks)
    }

    /// How many tasks have not ended.
    pub fn len(&self) -> usize {
        self.tasks.all.borrow().len()
    }

    /// Whether all tasks have ended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether tasks are in the queue, so that the thread must not sleep.
    pub fn has_woken(&self) -> bool {
        !self.tasks.shared.woken.is_empty()
    }

    /// Sleeps until a task is woken. Returns at once if one was woken since the last
    /// call.
    ///
    /// # Panics
    ///
    /// If [`Executor::with_unpark`] made this executor.
    pub fn park(&self) {
        let parker = self.tasks.parker.as_ref();
        parker.expect("this executor is woken by another waker").park();
    }
}

impl Default for Executor {
    fn default() -> Executor {
        Executor::new()
    }
}
// ANCHOR_END: rest_of_impl

// ANCHOR: drop
impl Drop for Executor {
    /// Drops all tasks. Their destructors may spawn, so this repeats until no task is
    /// left.
    fn drop(&mut self) {
        loop {
            let tasks = self.tasks.all.take();
            if tasks.is_empty() {
                return;
            }
            drop(tasks);
        }
    }
}
// ANCHOR_END: drop
