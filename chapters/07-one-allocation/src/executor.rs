// ANCHOR: head
//! The executor of the first page, over tasks with one allocation each.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crossbeam_queue::SegQueue;
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
    /// A task is being polled.
    polling: Cell<bool>,
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
    pub fn run_woken(&self) {
        for _ in 0..self.shared.woken.len() {
            let Some(number) = self.shared.woken.pop() else { return };
            self.poll(number);
        }
    }

    /// Polls one task, if it has not ended.
    fn poll(&self, number: usize) {
        let Some(task) = self.tasks.borrow().get(number).cloned() else { return };
        assert!(!self.polling.replace(true), "a task cannot run its own executor");
        task.begin_poll();
        let waker = task.waker();
        let mut cx = Context::from_waker(&waker);
        // SAFETY: T1, and T2: no other poll is running. `tasks` is not borrowed here.
        let ended = unsafe { (task.vtable.poll)(task.pointer(), &mut cx) };
        self.polling.set(false);
        if ended {
            let task = self.tasks.borrow_mut().remove(number);
            drop(task);
        }
    }
}
// ANCHOR_END: run

// ANCHOR: rest
impl Executor {
    /// Creates an executor without tasks on the current thread.
    pub fn new() -> Executor {
        let shared = Shared { woken: SegQueue::new(), parker: Parker::new() };
        let (tasks, polling) = (RefCell::default(), Cell::new(false));
        Executor { tasks, polling, shared: Arc::new(shared) }
    }

    /// How many tasks have not ended.
    pub fn len(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Whether all tasks have ended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs `root` and all tasks until `root` is ready.
    pub fn block_on<F: Future>(&self, root: F) -> F::Output {
        let waker = wakers::waker(Arc::clone(&self.shared.parker));
        let mut root = pin!(root);
        loop {
            if let Poll::Ready(output) =
                root.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return output;
            }
            self.run_woken();
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

impl Drop for Executor {
    /// Cancels all tasks (T3).
    fn drop(&mut self) {
        for task in self.tasks.take() {
            let (_, task) = task;
            // SAFETY: T1. No task of a dropped executor is being polled.
            unsafe { (task.vtable.cancel)(task.pointer()) };
        }
    }
}
// ANCHOR_END: rest
