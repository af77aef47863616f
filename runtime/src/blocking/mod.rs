//! The blocking pool: threads for what must not run on the runtime's own.
//!
//! A piece of work is a task like any other, whose future is ready at the
//! first poll; so it has the same handle, the same errors and the same abort,
//! which works until it begins.

mod pool;

pub(crate) use pool::{Pool, Settings};

use crate::{
    task::{JoinHandle, Schedule, StateWord, Task},
    trace::TaskKind,
};
use std::{
    future::Future,
    panic::Location,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

#[track_caller]
pub(crate) fn spawn<F, T>(pool: &Arc<Pool>, work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let task = Task::new(
        Work(Some(work)),
        Queue(Arc::clone(pool)),
        // The handle's reference and the queue's.
        StateWord::scheduled(2),
        Location::caller(),
        0,
    );
    if let Some(hooks) = pool.hooks() {
        hooks.admit(task.clone(), TaskKind::Blocking);
    }
    // SAFETY: counted above.
    pool.submit(unsafe { Task::from_raw(task.as_raw()) });
    // SAFETY: the output's type, and the only handle.
    unsafe { JoinHandle::new(task) }
}

/// Ready at the first poll.
struct Work<F>(Option<F>);

impl<F> Unpin for Work<F> {}

impl<F: FnOnce() -> T, T> Future for Work<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let work = self.0.take().expect("polled once");
        Poll::Ready(work())
    }
}

struct Queue(Arc<Pool>);

impl Schedule for Queue {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read until we give the task away.
        let pool = Arc::clone(unsafe { &(*this).0 });
        pool.submit(task);
    }

    fn unbind(&self, task: &Task) -> Option<Task> {
        if let Some(hooks) = self.0.hooks() {
            hooks.release(task.header());
        }
        None
    }
}
