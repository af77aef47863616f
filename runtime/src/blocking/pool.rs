//! The threads of the blocking pool and their queue, under one lock.
//!
//! A thread ends after it has waited `keep_alive` without getting work. It makes
//! that decision under the lock, so no work is lost. Either the thread has left the
//! count of idle threads before the work arrives, and `submit` starts another
//! thread, or the thread sees the work.

use crate::{
    hooks::SharedHooks,
    primitives::{Condvar, Deadline, Mutex, MutexGuard, ThreadBuilder, lock},
    task::Task,
};
use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Poll, Waker},
    time::Duration,
};

#[cfg(all(test, loom))]
#[path = "models.rs"]
mod models;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) max_threads: usize,
    pub(crate) keep_alive: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_threads: 512,
            keep_alive: Duration::from_secs(10),
        }
    }
}

/// The load of the pool at one moment.
pub(crate) struct Load {
    pub(crate) threads: usize,
    /// The threads that wait for work.
    pub(crate) idle: usize,
    /// The work that waits for a thread.
    pub(crate) queued: usize,
}

/// Threads, and the tasks that wait for one.
///
/// The invariant that `unsafe` code relies on:
///
/// - **BP1** The future and the output of each task in the queue are `Send`, so any
///   thread may run or cancel it. The queue owns one reference to the task, and no
///   other queue holds it.
pub(crate) struct BlockingPool {
    state: Mutex<PoolState>,
    work_arrived: Condvar,
    thread_ended: Condvar,
    settings: Settings,
    hooks: SharedHooks,
}

#[derive(Default)]
struct PoolState {
    queue: VecDeque<Task>,
    threads: usize,
    /// Threads that have left `threads`, but still run the user's hook.
    leaving: usize,
    /// The threads that wait for work, not counting those in `notified`. `submit` may
    /// notify only these, because a notified thread has other work to take.
    idle: usize,
    /// The threads that `submit` has notified and that have not woken yet.
    notified: usize,
    /// Woken when no work is queued or running any more.
    awaits_idle: Option<Waker>,
    closed: bool,
}

impl PoolState {
    fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.threads == self.idle
    }

    /// Wakes the waker in `awaits_idle` if the pool has become idle.
    fn wake_if_idle(&mut self) {
        if self.is_idle()
            && let Some(waker) = self.awaits_idle.take()
        {
            waker.wake();
        }
    }
}

impl BlockingPool {
    pub(crate) fn new(settings: Settings, hooks: SharedHooks) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            work_arrived: Condvar::new(),
            thread_ended: Condvar::new(),
            settings,
            hooks,
        })
    }

    fn lock(&self) -> MutexGuard<'_, PoolState> {
        // No user code runs under this lock. `wake_if_idle` calls a waker under it, but
        // that waker only unparks a reactor of this crate.
        lock(&self.state)
    }

    pub(crate) fn hooks(&self) -> &SharedHooks {
        &self.hooks
    }

    pub(crate) fn submit(self: &Arc<Self>, task: Task) {
        let mut state = self.lock();
        if state.closed {
            drop(state);
            cancel(task);
            return;
        }
        state.queue.push_back(task);
        if state.idle > 0 {
            state.idle -= 1;
            state.notified += 1;
            drop(state);
            self.work_arrived.notify_one();
        } else if state.threads < self.settings.max_threads {
            state.threads += 1;
            drop(state);
            self.start_thread();
        }
    }

    fn start_thread(self: &Arc<Self>) {
        let pool = Arc::clone(self);
        let started = ThreadBuilder::new()
            .name("wakeful-blocking".to_owned())
            .spawn(move || pool.work());
        if started.is_err() {
            // The system gave us no thread. Other threads of the pool will run
            // the task. If there is no other, cancel the queue, because its
            // tasks would wait for ever.
            let mut state = self.lock();
            while state.threads == 1
                && let Some(stranded) = state.queue.pop_front()
            {
                drop(state);
                cancel(stranded);
                state = self.lock();
            }
            state.threads -= 1;
            state.wake_if_idle();
            drop(state);
            // `shut_down` may have counted this thread.
            self.thread_ended.notify_all();
        }
    }

    fn work(&self) {
        if let Some(hooks) = &self.hooks {
            hooks.thread_start();
        }
        let mut state = self.lock();
        loop {
            while let Some(task) = state.queue.pop_front() {
                drop(state);
                // SAFETY: BP1, and the task was just taken from the queue.
                unsafe { task.run() };
                state = self.lock();
            }
            if state.closed {
                break;
            }
            let (now, work_arrived) = self.wait(state);
            state = now;
            if !work_arrived {
                break;
            }
        }
        state.threads -= 1;
        if let Some(hooks) = &self.hooks {
            state.leaving += 1;
            drop(state);
            hooks.thread_stop();
            state = self.lock();
            state.leaving -= 1;
        }
        drop(state);
        self.thread_ended.notify_all();
    }

    /// Waits for work. Returns false if none came in time.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, PoolState>,
    ) -> (MutexGuard<'a, PoolState>, bool) {
        state.idle += 1;
        state.wake_if_idle();
        let end = Deadline::after(Some(self.settings.keep_alive));
        loop {
            state = end.wait(&self.work_arrived, state);
            if state.notified > 0 {
                // Any thread that wakes may take this notification. `submit`
                // has already taken one thread off the count of idle ones.
                state.notified -= 1;
                return (state, true);
            }
            if state.closed || end.is_past() {
                state.idle -= 1;
                return (state, false);
            }
        }
    }

    /// Ready when no work is queued or running, and every finished piece of work
    /// has woken its waiters. Otherwise stores `waker`, which the pool wakes then.
    pub(crate) fn poll_idle(&self, waker: &Waker) -> Poll<()> {
        let mut state = self.lock();
        if state.is_idle() {
            return Poll::Ready(());
        }
        state.awaits_idle = Some(waker.clone());
        Poll::Pending
    }

    pub(crate) fn load(&self) -> Load {
        let state = self.lock();
        Load {
            threads: state.threads,
            idle: state.idle,
            queued: state.queue.len(),
        }
    }

    /// Cancels the work that has not begun, and waits for the work that has.
    /// Waits for ever, or for at most `timeout`.
    pub(crate) fn shut_down(&self, timeout: Option<Duration>) {
        let mut state = self.lock();
        state.closed = true;
        let queue = std::mem::take(&mut state.queue);
        drop(state);
        self.work_arrived.notify_all();
        queue.into_iter().for_each(cancel);

        let end = Deadline::after(timeout);
        let mut state = self.lock();
        while state.threads + state.leaving > 0 && !end.is_past() {
            state = end.wait(&self.thread_ended, state);
        }
    }
}

/// Cancels a task that was taken from the queue, so its handle returns an error.
fn cancel(task: Task) {
    // SAFETY: BP1, and the task was taken from the queue.
    unsafe { task.cancel() };
}
