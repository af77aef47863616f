//! Exercise `state-machines/tasks`: futures instead of generators, and a handle
//! that cancels. The second part of a runtime of your own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
// hole: begin
use std::task::{Context, Poll, Waker};
// hole: instead
// hole: end

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
        // hole: begin
        self.task.cancelled.set(true);
        // The borrow ends here: a future that is dropped may cancel, too.
        let future = self.task.future.take();
        drop(future);
        // hole: instead
        //| let Task { future, cancelled } = &*self.task;
        //| todo!("drop it: {} {}", future.borrow().is_some(), cancelled.get())
        // hole: end
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
        // hole: begin
        let mut polled = 0;
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            let next = self.queue.borrow_mut().pop_front();
            let Some(task) = next else { return polled };
            // Taken out, since the task may ask for itself to be cancelled.
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
        //| todo!("poll the {} tasks of the queue", self.queue.borrow().len())
        // hole: end
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
