//! Executors: what polls tasks.
//!
//! - [`current_thread`]: one thread, whose tasks never leave it.
//! - [`multi_thread`]: several threads that share their tasks by stealing.
//! - [`thread_per_core`]: several local executors that share nothing.
//! - [`driver`]: the sockets and timers that a thread waits for when no task
//!   is ready.
//! - [`owned_tasks`]: the tasks that have not ended.
//! - [`stable_slot`]: how a task finds its executor, which it may outlive.
//! - [`context`]: which executor this thread is running.
//! - [`hooks`]: what a program has called at the turns of its tasks.

pub(crate) mod context;
pub(crate) mod current_thread;
mod driver;
pub(crate) mod hooks;
pub(crate) mod multi_thread;
mod owned_tasks;
mod stable_slot;
pub(crate) mod thread_per_core;

pub(crate) use driver::Driver;

use crate::{runtime::NOT_INSIDE, task::JoinHandle};
use context::Current;
use std::{future::Future, panic::Location};

/// How many polls may pass before sockets, timers and other threads get a
/// look. A look costs a system call; tokio found this number to be a good
/// price, and that it is odd and prime keeps it out of step with patterns in
/// the load.
const POLLS_A_TURN: u32 = 61;

/// Hands a future to the runtime of this thread, to run beside its spawner.
/// The future stays on this thread, so it need not be `Send`.
///
/// The task runs whether or not the handle is awaited. Spawned while the
/// runtime shuts down, it is cancelled at once.
///
/// One allocation. Constant time.
///
/// # Panics
/// Outside a runtime, in a pool, where no task has a thread of its own, and on
/// a thread that a [`Handle`](crate::runtime::Handle) has let in.
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
    // A panic inside of the closure would name this crate as its place.
    let refused = match context::with(|current| match current {
        Some(Current::Local(core)) => Ok(core.spawn(future, location)),
        Some(Current::Worker(_) | Current::Detached(_)) => Err(NOT_LOCAL),
        Some(Current::Guest(handle)) if handle.pool().is_some() => Err(NOT_LOCAL),
        Some(Current::Guest(_)) => Err(NOT_AS_A_GUEST),
        None => Err(NOT_INSIDE),
    }) {
        Ok(handle) => return handle,
        Err(refused) => refused,
    };
    panic!("{refused}");
}

pub(crate) const NOT_LOCAL: &str = "`spawn_local` needs a runtime of one thread, where a future can stay. \
     This is a pool: use `spawn`, or build the runtime with `Builder::new_current_thread`";

const NOT_AS_A_GUEST: &str = "`spawn_local` needs the thread that runs the future, and this one was let into \
     the runtime by a `Handle`, or by `spawn_blocking`. Use `spawn`, or `Handle::spawn_on` to have \
     the future made on that thread";

/// Hands a future to the runtime of this thread, which may run it on any of
/// its threads: so it must be `Send`. Otherwise like [`spawn_local`].
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
        Current::Local(core) => Some(core.spawn(future, location)),
        Current::Worker(worker) => Some(worker.spawn(future, location)),
        Current::Detached(handle) | Current::Guest(handle) => {
            Some(handle.spawn_at(future, location))
        }
    });
    match handle {
        Some(handle) => handle,
        None => panic!("{NOT_INSIDE}"),
    }
}
