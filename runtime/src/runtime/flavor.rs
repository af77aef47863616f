//! Which of the three kinds a runtime is.

use super::Handle;
use crate::executor::Scheduler;

/// The kind of a runtime; from [`Handle::runtime_flavor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuntimeFlavor {
    /// One thread: of
    /// [`Builder::new_current_thread`](super::Builder::new_current_thread), and
    /// what a thread per core is on one core.
    CurrentThread,
    /// A pool, whose threads take tasks from each other: of
    /// [`Builder::new_multi_thread`](super::Builder::new_multi_thread).
    MultiThread,
    /// Several threads that share nothing: of
    /// [`Builder::new_thread_per_core`](super::Builder::new_thread_per_core).
    ThreadPerCore,
}

impl Handle {
    /// Which kind of runtime this is a handle of: whether tasks may be moved to
    /// another thread, and whether
    /// [`block_in_place`](crate::task::block_in_place) may be called.
    ///
    /// ```
    /// use wakeful::runtime::{Handle, RuntimeFlavor};
    ///
    /// wakeful::block_on(async {
    ///     let flavor = Handle::current().runtime_flavor();
    ///     assert_eq!(flavor, RuntimeFlavor::CurrentThread);
    /// });
    /// ```
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        match self.scheduler() {
            Scheduler::Cores { cores, .. } if cores.len() == 1 => RuntimeFlavor::CurrentThread,
            Scheduler::Cores { .. } => RuntimeFlavor::ThreadPerCore,
            Scheduler::Pool(_) => RuntimeFlavor::MultiThread,
        }
    }
}
