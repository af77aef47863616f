//! Exercise `executor/spawn`: tasks with an output, a join handle, and `abort`.
//!
//! Your `RunQueue` runs futures without an output. You wrap each future in a `Run`, which
//! stores the output where the handle finds it.

use std::any::Any;
use std::cell::{Cell, RefCell};
// hole: begin
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
// hole: instead
//| use std::panic::resume_unwind;
//| // You will also need `std::panic::{AssertUnwindSafe, catch_unwind}`.
// hole: end
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::run_queue::{self, RunQueue};

/// Why a task has no output.
#[derive(Debug)]
pub enum JoinError {
    /// The task panicked. This is the value that it panicked with.
    Panicked(Box<dyn Any + Send>),
    /// The task was aborted, or its executor was dropped.
    Cancelled,
}

/// What a task and its handle share.
struct Slot<T> {
    /// The task has ended, and the handle has not taken the result.
    result: RefCell<Option<Result<T, JoinError>>>,
    ended: Cell<bool>,
    /// The handle wants the task to end.
    aborted: Cell<bool>,
    /// Wakes the task. It is `None` before the first poll.
    task: RefCell<Option<Waker>>,
    /// Wakes the task that waits for the result.
    joiner: RefCell<Option<Waker>>,
}

impl<T> Slot<T> {
    /// Stores the result, and wakes the joiner. Only the first call counts.
    fn end(&self, result: Result<T, JoinError>) {
        if self.ended.replace(true) {
            return;
        }
        *self.result.borrow_mut() = Some(result);
        let joiner = self.joiner.take();
        if let Some(joiner) = joiner {
            joiner.wake();
        }
    }
}

pin_project! {
    /// The future of a task.
    struct Run<F: Future> {
        // `None` when the task has ended.
        #[pin]
        future: Option<F>,
        slot: Rc<Slot<F::Output>>,
    }

    impl<F: Future> PinnedDrop for Run<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.future.set(None);
            this.slot.end(Err(JoinError::Cancelled));
        }
    }
}

impl<F: Future> Future for Run<F> {
    type Output = ();

    /// Polls the user's future. Stores the result when it is ready, has panicked or was
    /// aborted. The future is dropped before the result is stored.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let task = this.slot.task.replace(Some(cx.waker().clone()));
        drop(task);
        // hole: begin
        let result = if this.slot.aborted.get() {
            Err(JoinError::Cancelled)
        } else {
            let Some(future) = this.future.as_mut().as_pin_mut() else {
                return Poll::Ready(());
            };
            match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
                Ok(Poll::Pending) if !this.slot.aborted.get() => return Poll::Pending,
                Ok(Poll::Pending) => Err(JoinError::Cancelled),
                Ok(Poll::Ready(output)) => Ok(output),
                Err(panic) => Err(JoinError::Panicked(panic)),
            }
        };
        let dropped = catch_unwind(AssertUnwindSafe(|| this.future.set(None)));
        this.slot.end(dropped.map_err(JoinError::Panicked).and(result));
        Poll::Ready(())
        // hole: instead
        //| let future = this.future.as_mut().as_pin_mut();
        //| let _ = (future.is_some(), this.slot.aborted.get());
        //| todo!("poll the future, and call `this.slot.end` when it ends in any way")
        // hole: end
    }
}

/// Waits for the output of a task. If you drop it, the task continues alone.
pub struct JoinHandle<T> {
    slot: Rc<Slot<T>>,
}

impl<T> JoinHandle<T> {
    /// Asks the task to end. Its future is dropped when the executor polls the task, and
    /// not in this call. If the task has ended, nothing happens.
    pub fn abort(&self) {
        // hole: begin
        self.slot.aborted.set(true);
        let task = self.slot.task.borrow().clone();
        if let Some(task) = task {
            task.wake();
        }
        // hole: instead
        //| let _ = (&self.slot.aborted, &self.slot.task);
        //| todo!("set the mark, and wake the task")
        // hole: end
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        self.slot.ended.get()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // hole: begin
        let result = self.slot.result.take();
        if let Some(result) = result {
            return Poll::Ready(result);
        }
        assert!(!self.slot.ended.get(), "`JoinHandle` polled after completion");
        let old = self.slot.joiner.replace(Some(cx.waker().clone()));
        drop(old);
        Poll::Pending
        // hole: instead
        //| let _ = (&self.slot.result, &self.slot.joiner, cx.waker());
        //| todo!("take the result, or leave a waker")
        // hole: end
    }
}

/// A handle that adds tasks. Tasks may hold one.
#[derive(Clone)]
pub struct Spawner(run_queue::Spawner);

impl Spawner {
    /// Adds a task.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        // hole: begin
        let slot = Rc::new(Slot {
            result: RefCell::default(),
            ended: Cell::new(false),
            aborted: Cell::new(false),
            task: RefCell::default(),
            joiner: RefCell::default(),
        });
        self.0.spawn(Run { future: Some(future), slot: Rc::clone(&slot) });
        JoinHandle { slot }
        // hole: instead
        //| let _ = (&self.0, future);
        //| todo!("make a slot, give a `Run` to the queue, and return the handle")
        // hole: end
    }
}

/// An executor for the thread that created it.
pub struct Executor {
    queue: RunQueue,
}

impl Executor {
    /// Creates an executor without tasks for the current thread.
    pub fn new() -> Executor {
        Executor { queue: RunQueue::new() }
    }

    /// Creates a handle that spawns tasks here.
    pub fn spawner(&self) -> Spawner {
        Spawner(self.queue.spawner())
    }

    /// The queue that runs the tasks.
    pub fn queue(&self) -> &RunQueue {
        &self.queue
    }

    /// Runs `future` as a task, and all other tasks beside it, until it has ended. A
    /// panic of `future` continues here.
    pub fn block_on<F>(&self, future: F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let root = self.spawner().spawn(future);
        loop {
            self.queue.run_woken();
            let result = root.slot.result.take();
            match result {
                Some(Ok(output)) => return output,
                Some(Err(JoinError::Panicked(payload))) => resume_unwind(payload),
                Some(Err(JoinError::Cancelled)) => {
                    unreachable!("only we have its handle")
                }
                None => self.queue.park_until(None),
            }
        }
    }
}

impl Default for Executor {
    fn default() -> Executor {
        Executor::new()
    }
}
