//! Exercise `state-machines/tasks`: futures instead of generators, and a handle
//! that cancels. The second part of a runtime of your own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;

/// What a task is made of.
type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;

/// A future that was spawned, and what became of it.
struct Task {
    /// `None` while it is polled, and when it is over.
    future: RefCell<Option<BoxFuture>>,
    cancelled: Cell<bool>,
}

/// The tasks that wait for their turn, the next one in front.
type Queue = Rc<RefCell<VecDeque<Rc<Task>>>>;

/// Polls tasks in turn, on the thread that calls [`run`](Tasks::run).
#[derive(Default)]
pub struct Tasks {
    queue: Queue,
}

/// Brings new tasks to the queue. A task may hold one.
#[derive(Clone)]
pub struct Spawner {
    queue: Queue,
}

/// The way to a task that was spawned. Dropping it changes nothing.
#[derive(Clone)]
pub struct Handle {
    task: Rc<Task>,
}

impl Spawner {
    /// Puts `future` behind all that wait.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) -> Handle {
        let future: BoxFuture = Box::pin(future);
        let future = RefCell::new(Some(future));
        let task = Rc::new(Task { future, cancelled: Cell::new(false) });
        self.queue.borrow_mut().push_back(Rc::clone(&task));
        Handle { task }
    }
}

impl Handle {
    /// Drops the task's future at once. If it is being polled, it is dropped
    /// when that poll has returned.
    pub fn cancel(&self) {
        let Task { future, cancelled } = &*self.task;
        todo!("drop it: {} {}", future.borrow().is_some(), cancelled.get())
    }
}

impl Tasks {
    /// Without tasks.
    pub fn new() -> Tasks {
        Tasks::default()
    }

    /// A spawner for these tasks.
    pub fn spawner(&self) -> Spawner {
        Spawner { queue: Rc::clone(&self.queue) }
    }

    /// Polls the task in front and puts it at the back again if it is pending,
    /// until no task is left. Returns how often it polled one.
    pub fn run(&self) -> usize {
        todo!("poll the {} tasks of the queue", self.queue.borrow().len())
    }
}

impl Drop for Tasks {
    /// A task that holds a spawner holds the queue it stands in: they would keep
    /// each other alive. Taken out first, because a task that is dropped may spawn.
    fn drop(&mut self) {
        let tasks = self.queue.take();
        for task in &tasks {
            let future = task.future.take();
            drop(future);
        }
    }
}
