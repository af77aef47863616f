//! A runtime on threads that are none of its own: what a thread that has a
//! handle may do there, and what the blocking pool's threads may do by
//! themselves.
//!
//! Such a guest has the runtime's clock, and may spawn and open sockets; it runs
//! none of the runtime's tasks, so it may block.

use super::{Handle, NESTED};
use crate::fork;
use crate::{
    executor::context::{self, Current},
    sync::park,
};
use std::future::Future;

impl Handle {
    /// Makes this the runtime of the thread while `code` runs, whatever thread
    /// it is: tasks can be spawned, sockets opened, timers set. It may block.
    ///
    /// Sockets and timers that are made there are looked after by a thread of
    /// the runtime. On a runtime of one thread, and on core 0, that is whoever
    /// is in [`block_on`](crate::Runtime::block_on), and so it is on a pool of
    /// one worker.
    ///
    /// The threads of [`spawn_blocking`](Self::spawn_blocking) are in this
    /// state already.
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
        context::enter(Current::Guest(self), code)
    }

    /// Runs `future` on this very thread until it is ready, with this runtime's
    /// clock, tasks and sockets. The future need not be `Send`.
    ///
    /// This is for threads that are none of the runtime's, and for those of
    /// [`spawn_blocking`](Self::spawn_blocking); within
    /// [`block_in_place`](crate::task::block_in_place) it may be called as well.
    /// Unlike [`Runtime::block_on`](crate::Runtime::block_on) it drives nothing:
    /// what the future waits for is brought about by the runtime's own threads.
    /// On a runtime of one thread, on core 0 and on a pool of one worker those
    /// are whoever is in `Runtime::block_on`; while nobody is, this waits.
    ///
    /// Once the runtime has shut down, a socket answers with an error, a task is
    /// cancelled, and who waits for a timer panics, as
    /// [`sleep`](crate::time::sleep) does.
    ///
    /// # Panics
    /// Inside of a runtime, whose thread it would block; in a child of the
    /// process that made this one; and with the future's own panic.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wakeful::{runtime::Handle, time};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// let answer = runtime.block_on(async {
    ///     wakeful::spawn_blocking(|| {
    ///         // A library that knows of no futures calls back here.
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
        assert!(!context::is_entered(), "{NESTED}");
        self.refuse_in_a_fork();
        self.enter(|| park::wait_for(future))
    }

    /// # Panics
    /// In a child of the process that made the runtime: its selector is the
    /// parent's.
    #[track_caller]
    pub(super) fn refuse_in_a_fork(&self) {
        assert!(
            !fork::happened_since(self.reactor().born()),
            "this runtime belongs to the process that forked this one: make a new one here"
        );
    }
}
