// ANCHOR: head
//! The executor of the first page, over tasks with one allocation each.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crossbeam_queue::SegQueue;
use executor::discard;
use slab::Slab;
use wakers::Parker;

use crate::JoinHandle;
use crate::cell::allocate;
use crate::header::{Shared, TaskRef};
// ANCHOR_END: head

// ANCHOR: executor
/// Runs many tasks on the thread that created it.
pub struct Executor {
    tasks: RefCell<Slab<TaskRef>>,
    /// The executor is running its tasks.
    running: Cell<bool>,
    shared: Arc<Shared>,
}

impl Executor {
    /// Adds a task. Its first poll comes after the tasks that are in the queue now.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let mut tasks = self.tasks.borrow_mut();
        let place = tasks.vacant_entry();
        let task = allocate(future, place.key(), &self.shared);
        place.insert(task.clone());
        drop(tasks);
        task.wake();
        JoinHandle::new(task)
    }

    // ANCHOR_END: executor

    // ANCHOR: run
    /// Polls each task that is in the queue now, once. Does not sleep.
    ///
    /// # Panics
    ///
    /// Inside of a task of this executor.
    pub fn run_woken(&self) {
        let _running = Running::begin(&self.running);
        self.round();
    }

    fn round(&self) {
        for _ in 0..self.shared.woken.len() {
            let Some(number) = self.shared.woken.pop() else { return };
            self.poll(number);
        }
    }

    /// Polls one task, if it has not ended.
    fn poll(&self, number: usize) {
        let Some(task) = self.tasks.borrow().get(number).cloned() else { return };
        task.begin_poll();
        let waker = task.waker();
        let mut cx = Context::from_waker(&waker);
        // SAFETY: T1 and T2. `tasks` is not borrowed here.
        let ended = unsafe { (task.vtable.poll)(task.pointer(), &mut cx) };
        if ended {
            drop(self.tasks.borrow_mut().remove(number));
            task.wake_joiner();
        }
    }
}
// ANCHOR_END: run

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

impl Executor {
    /// Creates an executor without tasks on the current thread.
    pub fn new() -> Executor {
        let shared = Shared { woken: SegQueue::new(), parker: Parker::new() };
        let (tasks, running) = (RefCell::default(), Cell::new(false));
        Executor { tasks, running, shared: Arc::new(shared) }
    }

    /// How many tasks have not ended.
    pub fn len(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Whether all tasks have ended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs `root` and all tasks until `root` is ready. Polls `root` in each round.
    ///
    /// # Panics
    ///
    /// Inside of a task of this executor.
    pub fn block_on<F: Future>(&self, root: F) -> F::Output {
        let _running = Running::begin(&self.running);
        let waker = wakers::waker(Arc::clone(&self.shared.parker));
        let mut root = pin!(root);
        loop {
            if let Poll::Ready(output) =
                root.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return output;
            }
            self.round();
            if self.shared.woken.is_empty() {
                self.shared.parker.park();
            }
        }
    }
}

impl Default for Executor {
    fn default() -> Executor {
        Executor::new()
    }
}
// ANCHOR_END: rest

// ANCHOR: drop
impl Drop for Executor {
    /// Cancels all tasks, so that their futures are dropped on this thread (T3).
    fn drop(&mut self) {
        for (_, task) in self.tasks.take() {
            let cancelled = catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: T1. No task of a dropped executor is being polled.
                unsafe { (task.vtable.cancel)(task.pointer()) };
                task.wake_joiner();
            }));
            // If a waker has panicked, the other tasks must still be cancelled.
            discard(cancelled);
        }
    }
}
// ANCHOR_END: drop
