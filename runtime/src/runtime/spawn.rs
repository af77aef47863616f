//! Spawning on the runtime of this thread.

use super::Handle;
use crate::{
    executor::context::{self, ExecutorContext, NOT_INSIDE},
    task::JoinHandle,
};
use std::{future::Future, panic::Location};

/// Spawns a task that runs on this thread, concurrently with its spawner. The future
/// need not be `Send`.
///
/// The task runs whether or not the handle is awaited. If the runtime is shutting down,
/// the task is cancelled at once.
///
/// A spawn takes one allocation and constant time.
///
/// # Panics
/// - Outside a runtime.
/// - In a multi-thread runtime, where a task does not belong to a thread.
/// - On a thread that entered through a [`Handle`], or that belongs to the blocking pool.
///
/// ```
/// use std::rc::Rc;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let shared = Rc::new(20);
///     let other = Rc::clone(&shared);
///     let task = wakeful::spawn_local(async move { *other + 1 });
///     assert_eq!(*shared + task.await?, 41);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let location = Location::caller();
    // A panic inside the closure would report this file as its location.
    let refused = match context::with(|current| match current {
        Some(ExecutorContext::Local(executor)) => Ok(executor.spawn(future, location)),
        Some(ExecutorContext::Worker(_) | ExecutorContext::HandedOff(_)) => Err(NOT_LOCAL),
        Some(ExecutorContext::Handle(handle)) if handle.multi_thread().is_some() => Err(NOT_LOCAL),
        Some(ExecutorContext::Handle(_)) => Err(NOT_THROUGH_A_HANDLE),
        None => Err(NOT_INSIDE),
    }) {
        Ok(handle) => return handle,
        Err(refused) => refused,
    };
    panic!("{refused}");
}

pub(crate) const NOT_LOCAL: &str = "`spawn_local` needs a runtime of one thread, where a future can stay. \
     This is a multi-thread runtime: use `spawn`, or build the runtime with `Builder::new_current_thread`";

const NOT_THROUGH_A_HANDLE: &str = "`spawn_local` needs the thread that runs the future, and this one was let into \
     the runtime by a `Handle`, or by `spawn_blocking`. Use `spawn`, or `Handle::spawn_on` to have \
     the future made on that thread";

/// Spawns a task on this thread's runtime, which may run it on any of its threads. So
/// the future must be `Send`. Otherwise this is like [`spawn_local`].
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// let runtime = wakeful::runtime::Builder::new_multi_thread().build()?;
/// let total: u64 = runtime.block_on(async {
///     let tasks: Vec<_> = (1..=10).map(|n| wakeful::spawn(async move { n * n })).collect();
///     let mut total = 0;
///     for task in tasks {
///         total += task.await.expect("neither aborted nor panicked");
///     }
///     total
/// });
/// assert_eq!(total, 385);
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let location = Location::caller();
    let handle = context::with(|current| match current? {
        ExecutorContext::Local(executor) => Some(executor.spawn(future, location)),
        ExecutorContext::Worker(worker) => Some(worker.spawn(future, location)),
        ExecutorContext::HandedOff(handle) | ExecutorContext::Handle(handle) => {
            Some(handle.spawn_at(future, location))
        }
    });
    match handle {
        Some(handle) => handle,
        None => panic!("{NOT_INSIDE}"),
    }
}

/// Runs `work` on a thread of this runtime's blocking pool. Use it to read a file, to
/// resolve a name, or to compute for long.
///
/// Work that has begun cannot be aborted, and the shutdown of the runtime waits for it.
/// If all threads of the pool are busy, the work waits in a queue.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let sum = wakeful::task::spawn_blocking(|| (1..=100).sum::<u32>()).await?;
///     assert_eq!(sum, 5050);
///     Ok::<(), wakeful::task::JoinError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn spawn_blocking<F, T>(work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Handle::current().spawn_blocking(work)
}
