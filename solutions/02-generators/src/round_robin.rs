//! Exercise `generators/round-robin`: many generators on one thread. The first
//! part of a runtime of your own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;

use generators::Coroutine;
// hole: begin
use generators::CoroutineState::{Complete, Yielded};
// hole: instead
//| // You will need `use generators::CoroutineState::{Complete, Yielded};`.
// hole: end

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
        // hole: begin
        self.queue.borrow_mut().push_back(Box::pin(task));
        // hole: instead
        //| let _: (&Queue, Task) = (&self.queue, Box::pin(task));
        //| todo!("put it into the queue")
        // hole: end
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
        // hole: begin
        let mut resumed = 0;
        loop {
            // The borrow ends here: a task that spawns will borrow the queue.
            let next = self.queue.borrow_mut().pop_front();
            let Some(mut task) = next else { return resumed };
            resumed += 1;
            match task.as_mut().resume(()) {
                Yielded(()) => self.queue.borrow_mut().push_back(task),
                Complete(()) => drop(task),
            }
        }
        // hole: instead
        //| todo!("run the {} tasks of the queue", self.queue.borrow().len())
        // hole: end
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
