//! The pool's threads and their queue, under one lock.
//!
//! A thread ends when it has waited `keep_alive` for nothing. It decides that
//! under the lock: either it has left the count of idle threads before work
//! arrives, and the one who submits starts another, or it sees the work.

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

/// What the pool has to do at one moment.
pub(crate) struct Load {
    pub(crate) threads: usize,
    /// The threads that wait for work.
    pub(crate) idle: usize,
    /// The work that waits for a thread.
    pub(crate) queued: usize,
}

pub(crate) struct Pool {
    state: Mutex<State>,
    work_came: Condvar,
    thread_ended: Condvar,
    settings: Settings,
    hooks: SharedHooks,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Task>,
    threads: usize,
    /// Threads that count no more, but whose hook is still to be called.
    leaving: usize,
    /// Threads that wait and have not been promised to a task.
    idle: usize,
    /// Wake-ups that are under way to idle threads.
    promised: usize,
    /// Whom to tell when nothing is queued or running any more.
    awaits_idle: Option<Waker>,
    closed: bool,
}

impl State {
    fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.threads == self.idle
    }

    /// There is less to do: nothing any more, perhaps.
    fn tell_if_idle(&mut self) {
        if self.is_idle()
            && let Some(waker) = self.awaits_idle.take()
        {
            waker.wake();
        }
    }
}

impl Pool {
    pub(crate) fn new(settings: Settings, hooks: SharedHooks) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            work_came: Condvar::new(),
            thread_ended: Condvar::new(),
            settings,
            hooks,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No stranger's code runs under this lock: the one waker is a bell.
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
            state.promised += 1;
            drop(state);
            self.work_came.notify_one();
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
            // No thread to be had. Others will come to the work; without any,
            // it must not wait for ever.
            let mut state = self.lock();
            while state.threads == 1
                && let Some(stranded) = state.queue.pop_front()
            {
                drop(state);
                cancel(stranded);
                state = self.lock();
            }
            state.threads -= 1;
            state.tell_if_idle();
            drop(state);
            // The end may have counted on this one.
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
                // SAFETY: taken from the queue; blocking work is `Send`.
                unsafe { task.run() };
                state = self.lock();
            }
            if state.closed {
                break;
            }
            let (now, work_came) = self.wait(state);
            state = now;
            if !work_came {
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

    /// Waits for work; false when none came in time.
    fn wait<'a>(&'a self, mut state: MutexGuard<'a, State>) -> (MutexGuard<'a, State>, bool) {
        state.idle += 1;
        state.tell_if_idle();
        let end = Deadline::after(Some(self.settings.keep_alive));
        loop {
            state = end.wait(&self.work_came, state);
            if state.promised > 0 {
                // Whoever wakes first keeps the promise; who made it took one
                // off the count of idle threads.
                state.promised -= 1;
                return (state, true);
            }
            if state.closed || end.is_past() {
                state.idle -= 1;
                return (state, false);
            }
        }
    }

    /// Ready when no work is queued or running, and all that was done has woken
    /// who waits for it. Else `bell` is rung when that is so.
    pub(crate) fn poll_idle(&self, bell: &Waker) -> Poll<()> {
        let mut state = self.lock();
        if state.is_idle() {
            return Poll::Ready(());
        }
        state.awaits_idle = Some(bell.clone());
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

    /// Cancels what has not begun, and waits for what has: for ever, or for
    /// `patience`.
    pub(crate) fn shut_down(&self, patience: Option<Duration>) {
        let mut state = self.lock();
        state.closed = true;
        let queue = std::mem::take(&mut state.queue);
        drop(state);
        self.work_came.notify_all();
        queue.into_iter().for_each(cancel);

        let end = Deadline::after(patience);
        let mut state = self.lock();
        while state.threads + state.leaving > 0 && !end.is_past() {
            state = end.wait(&self.thread_ended, state);
        }
    }
}

/// Tells the handle that the work will not be done.
fn cancel(task: Task) {
    // SAFETY: it is in no queue any more, and blocking work is `Send`.
    unsafe { task.cancel() };
}
