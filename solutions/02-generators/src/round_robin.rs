//! Exercise `generators/round-robin`: a scheduler that resumes many generators in
//! turn on one thread.

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

/// A generator that yields after each piece of its work.
pub type Task = Pin<Box<dyn Coroutine<Yield = (), Return = ()>>>;

/// The tasks that wait for their turn. The next one is in front.
type Queue = Rc<RefCell<VecDeque<Task>>>;

/// Resumes tasks in turn, on the thread that calls [`run`](Scheduler::run).
#[derive(Default)]
pub struct Scheduler {
    queue: Queue,
}

/// A handle that adds tasks to a scheduler. Tasks may hold one.
#[derive(Clone)]
pub struct Spawner {
    queue: Queue,
}

impl Spawner {
    /// Puts `task` at the end of the queue.
    pub fn spawn(&self, task: impl Coroutine<Yield = (), Return = ()> + 'static) {
        // hole: begin
        self.queue.borrow_mut().push_back(Box::pin(task));
        // hole: instead
        //| let _: (&Queue, Task) = (&self.queue, Box::pin(task));
        //| todo!("put the task into the queue")
        // hole: end
    }
}

impl Scheduler {
    /// Creates a scheduler without tasks.
    pub fn new() -> Scheduler {
        Scheduler::default()
    }

    /// Creates a handle that adds tasks to this scheduler.
    pub fn spawner(&self) -> Spawner {
        Spawner { queue: Rc::clone(&self.queue) }
    }

    /// Resumes the task in front, and puts it at the back if it yields. Repeats this
    /// until no task is left. Returns how many times it resumed a task.
    pub fn run(&self) -> usize {
        // hole: begin
        let mut resumed = 0;
        loop {
            // The borrow ends with this line, because a task may spawn while it runs.
            let next = self.queue.borrow_mut().pop_front();
            let Some(mut task) = next else { return resumed };
            resumed += 1;
            match task.as_mut().resume(()) {
                Yielded(()) => self.queue.borrow_mut().push_back(task),
                Complete(()) => drop(task),
            }
        }
        // hole: instead
        //| todo!("resume the {} tasks of the queue in turn", self.queue.borrow().len())
        // hole: end
    }
}

impl Drop for Scheduler {
    /// The queue holds tasks, and tasks may hold the queue through a spawner. This
    /// breaks the circle. The tasks are taken out first, because their destructors
    /// may spawn.
    fn drop(&mut self) {
        let tasks = self.queue.take();
        drop(tasks);
    }
}
