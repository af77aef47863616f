//! Exercise `generators/round-robin`: many generators on one thread. The first
//! part of a runtime of your own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;

use generators::Coroutine;
// You will need `use generators::CoroutineState::{Complete, Yielded};`.

/// A generator that does its work piece by piece and gives way in between.
pub type Task = Pin<Box<dyn Coroutine<Yield = (), Return = ()>>>;

/// The tasks that wait for their turn, the next one in front.
type Queue = Rc<RefCell<VecDeque<Task>>>;

/// Runs tasks in turn, on the thread that calls [`run`](Scheduler::run).
#[derive(Default)]
pub struct Scheduler {
    queue: Queue,
}

/// Brings new tasks to a scheduler. A task may hold one.
#[derive(Clone)]
pub struct Spawner {
    queue: Queue,
}

impl Spawner {
    /// Puts `task` behind all that wait.
    pub fn spawn(&self, task: impl Coroutine<Yield = (), Return = ()> + 'static) {
        let _: (&Queue, Task) = (&self.queue, Box::pin(task));
        todo!("put it into the queue")
    }
}

impl Scheduler {
    /// A scheduler without tasks.
    pub fn new() -> Scheduler {
        Scheduler::default()
    }

    /// A spawner for this scheduler.
    pub fn spawner(&self) -> Spawner {
        Spawner { queue: Rc::clone(&self.queue) }
    }

    /// Resumes the task in front and puts it at the back again if it yields,
    /// until no task is left. Returns how often it resumed one.
    pub fn run(&self) -> usize {
        todo!("run the {} tasks of the queue", self.queue.borrow().len())
    }
}

impl Drop for Scheduler {
    /// A task that holds a spawner holds the queue it stands in: they would keep
    /// each other alive. Taken out first, because a task that is dropped may spawn.
    fn drop(&mut self) {
        let tasks = self.queue.take();
        drop(tasks);
    }
}
