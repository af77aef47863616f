//! Exercise `wakers/run-queue`: several tasks on one thread. Only the tasks that
//! were woken are polled.

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
//| // You will also need `std::task::{Context, Waker}` and `std::sync::atomic::Ordering`.
// hole: end
use std::time::Instant;

use crate::waker::Parker;

type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;

/// The futures of all tasks, by the number of the task. The executor takes a future
/// out while it polls it.
type Futures = Rc<RefCell<HashMap<usize, BoxFuture>>>;

/// An executor for the thread that created it.
pub struct RunQueue {
    futures: Futures,
    spawned: Rc<Cell<usize>>,
    shared: Arc<Shared>,
}

/// A handle that adds tasks to a run queue. Tasks may hold one.
#[derive(Clone)]
pub struct Spawner {
    futures: Futures,
    /// How many tasks were spawned so far.
    spawned: Rc<Cell<usize>>,
    shared: Arc<Shared>,
}

/// The part that wakers on other threads use.
struct Shared {
    /// The tasks that were woken. The task that was woken first is in front.
    queue: Mutex<VecDeque<Arc<Task>>>,
    parker: Arc<Parker>,
}

/// What a waker knows about its task.
struct Task {
    number: usize,
    /// The task is in the queue.
    queued: AtomicBool,
    shared: Arc<Shared>,
}

impl Shared {
    fn with<R>(&self, action: impl FnOnce(&mut VecDeque<Arc<Task>>) -> R) -> R {
        action(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        // hole: begin
        // Pairs with the swap in `run_woken`.
        if self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        shared.with(|queue| queue.push_back(self));
        shared.parker.unpark();
        // hole: instead
        //| let _ = (self.number, &self.queued, &self.shared.parker);
        //| todo!("put the task into the queue, but only once, and unpark the thread")
        // hole: end
    }
}

impl Spawner {
    /// Adds a task. Its first poll comes after the tasks that are in the queue now.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let number = self.spawned.replace(self.spawned.get() + 1);
        self.futures.borrow_mut().insert(number, Box::pin(future));
        let shared = Arc::clone(&self.shared);
        let task = Task { number, queued: AtomicBool::new(false), shared };
        // The executor owes each new task one poll.
        Arc::new(task).wake();
    }
}

impl RunQueue {
    /// Creates an executor without tasks for the current thread.
    pub fn new() -> RunQueue {
        let shared = Shared { queue: Mutex::default(), parker: Parker::new() };
        let shared = Arc::new(shared);
        RunQueue { futures: Rc::default(), spawned: Rc::default(), shared }
    }

    /// Creates a handle that spawns tasks here.
    pub fn spawner(&self) -> Spawner {
        let (futures, spawned) = (Rc::clone(&self.futures), Rc::clone(&self.spawned));
        Spawner { futures, spawned, shared: Arc::clone(&self.shared) }
    }

    /// Whether all tasks are done.
    pub fn is_empty(&self) -> bool {
        self.futures.borrow().is_empty()
    }

    /// Polls each task that is in the queue now, in the order of their wakes. A task that
    /// is woken in the meantime waits for the next call. Does not sleep. Returns the
    /// number of polls.
    pub fn run_woken(&self) -> usize {
        // hole: begin
        let mut polls = 0;
        for _ in 0..self.shared.with(|queue| queue.len()) {
            let Some(task) = self.shared.with(VecDeque::pop_front) else { break };
            // Pairs with the swap in `wake`. It comes before the poll, so a wake during
            // the poll puts the task into the queue again.
            task.queued.swap(false, Ordering::AcqRel);
            // We take the future out, because a task may spawn during its poll.
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
        //| todo!("poll the {queued} tasks that are in the queue now")
        // hole: end
    }

    /// Sleeps until a task is woken or `deadline` has passed.
    pub fn park_until(&self, deadline: Option<Instant>) {
        self.shared.parker.park_until(deadline);
    }

    /// Runs all tasks to their end, and sleeps when no task is woken. Returns the
    /// number of polls.
    pub fn run(&self) -> usize {
        // hole: begin
        let mut polls = self.run_woken();
        while !self.is_empty() {
            self.park_until(None);
            polls += self.run_woken();
        }
        polls
        // hole: instead
        //| todo!("call `run_woken` and `park_until(None)` until all tasks are done")
        // hole: end
    }
}

impl Default for RunQueue {
    fn default() -> RunQueue {
        RunQueue::new()
    }
}

impl Drop for RunQueue {
    /// Tasks may hold spawners, and spawners hold the tasks. Dropping the futures here
    /// breaks that circle. They are taken out first, because a destructor may spawn.
    fn drop(&mut self) {
        let futures = self.futures.take();
        drop(futures);
        let queue = self.shared.with(std::mem::take);
        drop(queue);
    }
}
