//! Exercise `state-machines/tasks`: the scheduler of chapter 02 with futures, and a
//! handle that cancels a task.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
// hole: begin
use std::task::{Context, Poll, Waker};
// hole: instead
// hole: end

/// The future of a task.
type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;

/// A future that was spawned, and whether it was cancelled.
struct Task {
    /// `None` during its poll, and after its end.
    future: RefCell<Option<BoxFuture>>,
    cancelled: Cell<bool>,
}

/// The tasks that wait for their turn. The next one is in front.
type Queue = Rc<RefCell<VecDeque<Rc<Task>>>>;

/// Polls tasks in turn, on the thread that calls [`run`](Tasks::run).
#[derive(Default)]
pub struct Tasks {
    queue: Queue,
}

/// A handle that adds tasks to the queue. Tasks may hold one.
#[derive(Clone)]
pub struct Spawner {
    queue: Queue,
}

/// A handle to one task. Dropping it does not change the task.
#[derive(Clone)]
pub struct Handle {
    task: Rc<Task>,
}

impl Spawner {
    /// Puts a task with this future at the end of the queue.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) -> Handle {
        let future: BoxFuture = Box::pin(future);
        let future = RefCell::new(Some(future));
        let task = Rc::new(Task { future, cancelled: Cell::new(false) });
        self.queue.borrow_mut().push_back(Rc::clone(&task));
        Handle { task }
    }
}

impl Handle {
    /// Cancels the task: drops its future at once. If the future is being polled, it
    /// is dropped when that poll returns.
    pub fn cancel(&self) {
        // hole: begin
        self.task.cancelled.set(true);
        // The borrow ends with this line, because a destructor may cancel as well.
        let future = self.task.future.take();
        drop(future);
        // hole: instead
        //| let Task { future, cancelled } = &*self.task;
        //| let _: (bool, bool) = (future.borrow().is_some(), cancelled.get());
        //| todo!("cancel the task, and drop its future")
        // hole: end
    }
}

impl Tasks {
    /// Creates a queue without tasks.
    pub fn new() -> Tasks {
        Tasks::default()
    }

    /// Creates a handle that adds tasks to this queue.
    pub fn spawner(&self) -> Spawner {
        Spawner { queue: Rc::clone(&self.queue) }
    }

    /// Polls the task in front, and puts it at the back if it is pending. Repeats this
    /// until no task is left. Returns the number of polls.
    pub fn run(&self) -> usize {
        // hole: begin
        let mut polled = 0;
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            let next = self.queue.borrow_mut().pop_front();
            let Some(task) = next else { return polled };
            // Taken out during the poll, because the task may cancel itself.
            let taken = task.future.take();
            let Some(mut future) = taken else { continue };
            polled += 1;
            match future.as_mut().poll(&mut cx) {
                Poll::Pending if !task.cancelled.get() => {
                    task.future.replace(Some(future));
                    self.queue.borrow_mut().push_back(task);
                }
                _ => drop(future),
            }
        }
        // hole: instead
        //| todo!("poll the {} tasks of the queue in turn", self.queue.borrow().len())
        // hole: end
    }
}

impl Drop for Tasks {
    /// The queue holds tasks, and tasks may hold the queue through a spawner. This
    /// breaks the circle. The tasks are taken out first, because their destructors
    /// may spawn.
    fn drop(&mut self) {
        let tasks = self.queue.take();
        for task in &tasks {
            let future = task.future.take();
            drop(future);
        }
    }
}
