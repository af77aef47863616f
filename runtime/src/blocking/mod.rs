//! The blocking pool: threads for work that must not block the runtime's own.
//!
//! A piece of blocking work is a task like any other. Its future is ready at the
//! first poll, so the work gets the same join handle, the same errors and the same
//! abort. An abort takes effect only before the work begins.

mod pool;

pub(crate) use pool::{BlockingPool, Settings};

use crate::{
    task::{JoinHandle, Schedule, StateWord, Task},
    taskdump::TaskKind,
};
use std::{
    future::Future,
    panic::Location,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

#[track_caller]
pub(crate) fn spawn<F, T>(pool: &Arc<BlockingPool>, work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let task = Task::new(
        Work(Some(work)),
        BlockingScheduler(Arc::clone(pool)),
        // One reference for the handle, one for the queue.
        StateWord::scheduled(2),
        Location::caller(),
        0,
    );
    if let Some(hooks) = pool.hooks() {
        hooks.register_task(task.clone(), TaskKind::Blocking);
    }
    // SAFETY: the state above counts a second reference, and this is its only
    // use. The future and its output are `Send`, as BP1 (see `BlockingPool`) asks.
    pool.submit(unsafe { Task::from_raw(task.as_raw()) });
    // SAFETY: the output's type is `T`, `scheduled` counts join interest, and
    // this is the only handle.
    unsafe { JoinHandle::new(task) }
}

/// The future of blocking work. It is ready at the first poll.
struct Work<F>(Option<F>);

impl<F> Unpin for Work<F> {}

impl<F: FnOnce() -> T, T> Future for Work<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let work = self.0.take().expect("blocking work is polled once");
        Poll::Ready(work())
    }
}

/// The scheduler of blocking tasks.
struct BlockingScheduler(Arc<BlockingPool>);

impl Schedule for BlockingScheduler {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the contract of `schedule` lets us read `this` until we give
        // `task` away.
        let pool = Arc::clone(unsafe { &(*this).0 });
        pool.submit(task);
    }

    fn release(&self, task: &Task) -> Option<Task> {
        if let Some(hooks) = self.0.hooks() {
            hooks.deregister_task(task.header());
        }
        None
    }
}
