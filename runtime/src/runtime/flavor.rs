//! The three kinds of runtimes.

use super::Handle;
use crate::executor::Scheduler;

/// The kind of a runtime. [`Handle::runtime_flavor`] returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuntimeFlavor {
    /// One thread: a runtime of
    /// [`Builder::new_current_thread`](super::Builder::new_current_thread), or a thread
    /// per core with one core.
    CurrentThread,
    /// A multi-thread runtime, whose threads steal tasks from each other:
    /// [`Builder::new_multi_thread`](super::Builder::new_multi_thread).
    MultiThread,
    /// Several threads that share nothing:
    /// [`Builder::new_thread_per_core`](super::Builder::new_thread_per_core).
    ThreadPerCore,
}

impl Handle {
    /// The kind of this runtime. It decides whether tasks may move to another thread, and
    /// whether [`block_in_place`](crate::task::block_in_place) works.
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
            Scheduler::Local { executors, .. } if executors.len() == 1 => {
                RuntimeFlavor::CurrentThread
            }
            Scheduler::Local { .. } => RuntimeFlavor::ThreadPerCore,
            Scheduler::MultiThread(_) => RuntimeFlavor::MultiThread,
        }
    }
}
