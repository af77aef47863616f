//! Using a runtime from a thread that does not run its tasks.
//!
//! Such a thread has a [`Handle`], or it belongs to the blocking pool. It uses the
//! runtime's clock, spawns tasks and opens sockets. It may block, because it runs none of
//! the tasks.

use super::{Handle, NESTED};
use crate::{
    executor::{
        context::{self, ExecutorContext},
        park_thread,
    },
    fork,
};
use std::future::Future;

impl Handle {
    /// Makes this the runtime of any thread while `code` runs: `code` can spawn tasks,
    /// open sockets and set timers. It may block.
    ///
    /// The runtime's own threads poll the sockets and timers. On a runtime of one
    /// thread, on core 0 and on a multi-thread runtime of one worker, that is the thread in
    /// [`block_on`](crate::Runtime::block_on).
    ///
    /// The threads of [`spawn_blocking`](Self::spawn_blocking) are inside the runtime
    /// without this.
    ///
    /// ```
    /// let runtime = wakeful::runtime::Builder::new_multi_thread().build()?;
    /// let handle = runtime.handle().clone();
    /// let outside = std::thread::spawn(move || {
    ///     handle.enter(|| wakeful::spawn(async { 6 * 7 }))
    /// });
    /// let task = outside.join().expect("no panic");
    /// assert_eq!(runtime.block_on(task)?, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn enter<R>(&self, code: impl FnOnce() -> R) -> R {
        context::enter(ExecutorContext::Handle(self), code)
    }

    /// Runs `future` on this thread until it is ready, with this runtime's clock, tasks
    /// and sockets. The future need not be `Send`.
    ///
    /// Use it on threads outside the runtime, on those of
    /// [`spawn_blocking`](Self::spawn_blocking), and inside
    /// [`block_in_place`](crate::task::block_in_place). Unlike
    /// [`Runtime::block_on`](crate::Runtime::block_on), it does not run tasks or poll
    /// sockets and timers. The runtime's own threads do that. On a runtime of one thread,
    /// on core 0 and on a multi-thread runtime of one worker, that is the thread in
    /// `Runtime::block_on`. While no thread is there, this waits.
    ///
    /// After the runtime has shut down, a socket returns an error, a task is cancelled,
    /// and a timer panics, as [`sleep`](crate::time::sleep) describes.
    ///
    /// # Panics
    /// - On a thread that runs a runtime's tasks, because it would block them.
    /// - In a forked child of the process that made the runtime.
    /// - If the future panics.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wakeful::{runtime::Handle, time};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// let answer = runtime.block_on(async {
    ///     wakeful::spawn_blocking(|| {
    ///         // A library without futures calls back here.
    ///         Handle::current().block_on(async {
    ///             time::sleep(Duration::from_millis(1)).await;
    ///             42
    ///         })
    ///     })
    ///     .await
    /// })?;
    /// assert_eq!(answer, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        assert!(!context::must_not_block(), "{NESTED}");
        self.refuse_in_a_fork();
        self.enter(|| park_thread::wait_for(future))
    }

    /// # Panics
    /// In a forked child of the process that made the runtime, because the parent
    /// uses the same selector.
    #[track_caller]
    pub(super) fn refuse_in_a_fork(&self) {
        assert!(
            !fork::happened_since(self.reactor().fork_id()),
            "this runtime belongs to the process that forked this one: make a new one here"
        );
    }
}
