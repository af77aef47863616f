//! Exercise `wakers/run-queue`: tasks that are polled when they have been woken, and
//! a thread that sleeps when none has. The third part of a runtime of your own.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
// hole: begin
use std::sync::atomic::{AtomicBool, Ordering};
// hole: instead
//| use std::sync::atomic::AtomicBool;
// hole: end
use std::sync::{Arc, Mutex, PoisonError};
// hole: begin
use std::task::{Context, Wake, Waker};
// hole: instead
//| use std::task::Wake;
//| // You will need `std::task::{Context, Waker}` and `std::sync::atomic::Ordering` too.
// hole: end

use wakers::Parker;

type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;

/// The tasks that are not over, by their numbers; one that is polled is taken out.
type Futures = Rc<RefCell<HashMap<usize, BoxFuture>>>;

/// Runs tasks on the thread that made it.
pub struct Tasks {
    futures: Futures,
    spawned: Rc<Cell<usize>>,
    shared: Arc<Shared>,
}

/// Brings new tasks. A task may hold one.
#[derive(Clone)]
pub struct Spawner {
    futures: Futures,
    /// How many have been spawned.
    spawned: Rc<Cell<usize>>,
    shared: Arc<Shared>,
}

/// What other threads may touch.
struct Shared {
    /// The tasks that have been woken, the one that was woken first in front.
    queue: Mutex<VecDeque<Arc<Task>>>,
    parker: Arc<Parker>,
}

/// A task as its wakers see it.
struct Task {
    number: usize,
    /// It stands in the queue.
    queued: AtomicBool,
    shared: Arc<Shared>,
}

impl Shared {
    fn with<R>(&self, what: impl FnOnce(&mut VecDeque<Arc<Task>>) -> R) -> R {
        what(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        // hole: begin
        // Release and Acquire: with `run`, which takes the mark away before it polls.
        if self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        shared.with(|queue| queue.push_back(self));
        shared.parker.unpark();
        // hole: instead
        //| let Task { number, queued, shared } = &*self;
        //| let thread = Arc::as_ptr(&shared.parker);
        //| todo!("queue {number}, unless it is ({queued:?}), and wake {thread:p}")
        // hole: end
    }
}

impl Spawner {
    /// Adds a task, behind all that have been woken.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let number = self.spawned.replace(self.spawned.get() + 1);
        self.futures.borrow_mut().insert(number, Box::pin(future));
        let shared = Arc::clone(&self.shared);
        let task = Task { number, queued: AtomicBool::new(false), shared };
        // The first poll is owed to it. Nobody else would wake it.
        Arc::new(task).wake();
    }
}

impl Tasks {
    /// Without tasks, for this thread.
    pub fn new() -> Tasks {
        let shared = Shared { queue: Mutex::default(), parker: Parker::new() };
        Tasks { futures: Rc::default(), spawned: Rc::default(), shared: Arc::new(shared) }
    }

    /// A spawner for these tasks.
    pub fn spawner(&self) -> Spawner {
        let (futures, spawned) = (Rc::clone(&self.futures), Rc::clone(&self.spawned));
        Spawner { futures, spawned, shared: Arc::clone(&self.shared) }
    }

    /// Polls whoever has been woken, in the order of the wakes, and sleeps when there
    /// is nobody, until all tasks are over. Returns how often it polled one.
    pub fn run(&self) -> usize {
        // hole: begin
        let mut polls = 0;
        while !self.futures.borrow().is_empty() {
            let next = self.shared.with(VecDeque::pop_front);
            let Some(task) = next else {
                self.shared.parker.park();
                continue;
            };
            // AcqRel: pairs with `wake`. Before the poll, so that a wake in the middle
            // of it puts the task into the queue once more.
            task.queued.swap(false, Ordering::AcqRel);
            // Taken out: while it is polled, it may spawn.
            let taken = self.futures.borrow_mut().remove(&task.number);
            let Some(mut future) = taken else { continue };
            polls += 1;
            let waker = Waker::from(Arc::clone(&task));
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.futures.borrow_mut().insert(task.number, future);
            }
        }
        polls
        // hole: instead
        //| let queued = self.shared.with(|queue| queue.len());
        //| todo!("poll the {queued} that are in the queue, then sleep until there are more")
        // hole: end
    }
}

impl Default for Tasks {
    fn default() -> Tasks {
        Tasks::new()
    }
}

impl Drop for Tasks {
    /// Tasks may hold spawners, which hold them. Taken out first: a future that is
    /// dropped may spawn.
    fn drop(&mut self) {
        let futures = self.futures.take();
        drop(futures);
        let queue = self.shared.with(std::mem::take);
        drop(queue);
    }
}
