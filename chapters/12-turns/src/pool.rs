// ANCHOR: head
//! Threads for work that blocks or computes.

use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

use channels::oneshot;
use executor::{JoinError, discard};

use crate::primitives::{Condvar, JoinHandle, Mutex, MutexGuard, thread};
// ANCHOR_END: head

// ANCHOR: pool
/// At most a given number of threads, and the work that waits for one of them.
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// There is work, or the pool closes.
    changed: Condvar,
    max_threads: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: Vec<JoinHandle<()>>,
    /// How many threads wait for work. Each of them takes one job if there is one.
    idle: usize,
    closed: bool,
}

type Job = Box<dyn FnOnce() + Send>;
// ANCHOR_END: pool

// ANCHOR: submit
impl Shared {
    /// Adds a job. Starts a thread if no idle one is left for it.
    fn submit(self: &Arc<Shared>, job: Job) {
        let mut state = self.lock();
        if state.closed {
            drop(state);
            return discard(job);
        }
        state.queue.push_back(job);
        if state.queue.len() <= state.idle {
            return self.changed.notify_one();
        }
        if state.threads.len() < self.max_threads {
            let shared = Arc::clone(self);
            let name = "blocking".to_owned();
            match thread::Builder::new().name(name).spawn(move || shared.work()) {
                Ok(thread) => state.threads.push(thread),
                Err(_) if state.threads.is_empty() => {
                    // No thread would ever take the job, so it is cancelled.
                    let job = state.queue.pop_back();
                    drop(state);
                    discard(job);
                }
                Err(_) => {}
            }
        }
    }
}
// ANCHOR_END: submit

// ANCHOR: work
impl Shared {
    /// What each thread of the pool does.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                drop(state);
                job();
                state = self.lock();
            } else if state.closed {
                return;
            } else {
                state.idle += 1;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
            }
        }
    }
}
// ANCHOR_END: work

// ANCHOR: drop
impl Drop for Pool {
    /// Cancels the work that has not begun, and waits for the work that has.
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        let (queue, threads) =
            (mem::take(&mut state.queue), mem::take(&mut state.threads));
        drop(state);
        self.shared.changed.notify_all();
        queue.into_iter().for_each(discard);
        for thread in threads {
            // A thread cannot wait for its own end.
            if thread.thread().id() != thread::current().id() {
                thread.join().expect("a job does not panic: see `spawn`");
            }
        }
    }
}
// ANCHOR_END: drop

// ANCHOR: spawn
/// Waits for the result of blocking work. If you drop it, the work continues.
pub struct Blocking<T> {
    result: oneshot::Receiver<Result<T, Box<dyn Any + Send>>>,
}

impl Shared {
    fn spawn<T, W>(self: &Arc<Shared>, work: W) -> Blocking<T>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let (sender, result) = oneshot::channel();
        self.submit(Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            // The joiner's waker and the destructor of a result without a joiner are
            // foreign code. A panic of them would end the thread.
            discard(catch_unwind(AssertUnwindSafe(|| sender.send(done))));
        }));
        Blocking { result }
    }
}

// ANCHOR_END: spawn

// ANCHOR: blocking
impl<T> Future for Blocking<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.result).poll(cx).map(|received| match received {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(panic)) => Err(JoinError::Panicked(panic)),
            // The pool has dropped the job before it began.
            Err(oneshot::Dropped) => Err(JoinError::Cancelled),
        })
    }
}
// ANCHOR_END: blocking

// ANCHOR: current
thread_local! {
    static CURRENT: RefCell<Option<Arc<Shared>>> = const { RefCell::new(None) };
}

/// Runs `work` on a thread of the current pool.
///
/// # Panics
///
/// If the thread has no current pool.
pub fn spawn_blocking<T, W>(work: W) -> Blocking<T>
where
    T: Send + 'static,
    W: FnOnce() -> T + Send + 'static,
{
    let pool = CURRENT.with_borrow(Clone::clone);
    pool.expect("there is no pool here: call `Runtime::block_on`").spawn(work)
}

// ANCHOR_END: current

// ANCHOR: read_file
/// Reads a whole file on a thread of the current pool.
///
/// # Errors
///
/// As [`std::fs::read`], and if the pool was dropped before it began.
///
/// # Panics
///
/// If the thread has no current pool.
pub async fn read_file(path: impl Into<PathBuf>) -> io::Result<Vec<u8>> {
    let path = path.into();
    match spawn_blocking(|| std::fs::read(path)).await {
        Ok(read) => read,
        Err(JoinError::Panicked(panic)) => resume_unwind(panic),
        Err(JoinError::Cancelled) => Err(io::Error::other("the pool was dropped")),
    }
}
// ANCHOR_END: read_file

// ANCHOR: rest
impl Pool {
    /// A pool of at most `max_threads` threads. It starts them when there is work.
    ///
    /// # Panics
    ///
    /// If `max_threads` is zero.
    pub fn new(max_threads: usize) -> Pool {
        assert!(max_threads > 0, "a pool needs a thread");
        let (state, changed) = (Mutex::new(State::default()), Condvar::new());
        Pool { shared: Arc::new(Shared { state, changed, max_threads }) }
    }

    /// Runs `work` on a thread of this pool.
    pub fn spawn<T, W>(&self, work: W) -> Blocking<T>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        self.shared.spawn(work)
    }

    /// Makes this the pool of `spawn_blocking` on this thread, until the guard is dropped.
    pub fn enter(&self) -> Entered {
        Entered(CURRENT.replace(Some(Arc::clone(&self.shared))))
    }
}

/// Restores the pool that was current before. Made by [`Pool::enter`].
#[must_use]
pub struct Entered(Option<Arc<Shared>>);

impl Drop for Entered {
    fn drop(&mut self) {
        let entered = CURRENT.replace(self.0.take());
        drop(entered);
    }
}

impl Shared {
    /// No foreign code runs under this lock, so a panic cannot poison it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: rest
