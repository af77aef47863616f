//! Exercise `turns/blocking`: threads for work that blocks, with a cap.

use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use crate::executor::JoinError;

/// At most a given number of threads, and the jobs that wait for one of them.
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// There is a job, or the pool closes.
    changed: Condvar,
    max_threads: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: Vec<thread::JoinHandle<()>>,
    /// How many threads wait on `changed`.
    idle: usize,
    closed: bool,
}

type Job = Box<dyn FnOnce() + Send>;

/// What a job and its handle share.
struct Slot<T>(Mutex<SlotState<T>>);

enum SlotState<T> {
    /// The job has not ended. If a task waits for it, this is its waker.
    Running(Option<Waker>),
    Ended(Result<T, JoinError>),
    Taken,
}

impl<T> Slot<T> {
    /// Changes the state, and returns the old one. Drop or wake it without the lock.
    fn replace(&self, state: SlotState<T>) -> SlotState<T> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mem::replace(&mut current, state)
    }
}

/// The way of a result into its slot. If it is dropped without a result, the job was
/// cancelled.
struct Sender<T>(Arc<Slot<T>>);

impl<T> Sender<T> {
    /// Stores the result, and wakes the task that waits for it.
    fn send(&self, result: Result<T, JoinError>) {
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The first result counts.
        if let SlotState::Running(waker) = &mut *state {
            let waker = waker.take();
            *state = SlotState::Ended(result);
            drop(state);
            if let Some(waker) = waker {
                ignore_panics(|| waker.wake());
            }
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.send(Err(JoinError::Cancelled));
    }
}

/// Runs foreign code, such as a waker or a destructor. Its panic would end the thread.
fn ignore_panics(foreign: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(foreign)) {
        // The destructor of this value is foreign code, too.
        mem::forget(panic);
    }
}

/// Waits for the result of a job. If you drop it, the job continues.
pub struct Blocking<T>(Arc<Slot<T>>);

impl<T> Future for Blocking<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = cx.waker().clone();
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let SlotState::Running(waiting) = &mut *state {
            let old = waiting.replace(waker);
            drop(state);
            drop(old);
            return Poll::Pending;
        }
        drop(state);
        match self.0.replace(SlotState::Taken) {
            SlotState::Ended(result) => Poll::Ready(result),
            _ => panic!("`Blocking` polled after completion"),
        }
    }
}

impl Pool {
    /// A pool of at most `max_threads` threads. It starts them when there is work.
    pub fn new(max_threads: usize) -> Pool {
        assert!(max_threads > 0, "a pool needs a thread");
        let (state, changed) = (Mutex::default(), Condvar::new());
        Pool { shared: Arc::new(Shared { state, changed, max_threads }) }
    }

    /// Runs `work` on a thread of the pool. A panic of `work` becomes an error of the
    /// handle, and the thread continues with the next job.
    pub fn spawn<T, W>(&self, work: W) -> Blocking<T>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let slot = Arc::new(Slot(Mutex::new(SlotState::<T>::Running(None))));
        let sender = Sender(Arc::clone(&slot));
        let _ = (work, sender, slot, JoinError::Panicked, Pool::submit);
        todo!("submit a job that runs `work` and sends its result")
    }

    /// Adds a job. Starts a thread if no idle thread is left for the job and the cap
    /// allows it. The jobs begin in the order in which they were added.
    fn submit(&self, job: Job) {
        let mut state = self.shared.lock();
        let State { queue, threads, idle, closed } = &mut *state;
        let _ = (job, queue, threads, idle, closed);
        let _ = (self.shared.max_threads, Shared::work, thread::spawn::<fn(), ()>);
        todo!("queue the job, and notify a thread, start one, or do neither")
    }
}

impl Shared {
    /// What each thread of the pool does: it runs jobs until the pool is closed. It takes
    /// the job that has waited longest.
    fn work(&self) {
        let _ = (self.lock(), &self.changed);
        todo!("take jobs from the queue, and wait on `changed` if there is none")
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    /// Cancels the jobs that have not begun, and waits for those that have. A job may own
    /// its pool and drop it. Then this does not wait for that job.
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        let State { queue, threads, closed, .. } = &mut *state;
        let _ = (queue, threads, closed);
    }
}
