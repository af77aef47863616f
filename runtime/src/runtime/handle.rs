//! [`Handle`]: using a runtime from any thread.

pub use crate::executor::Handle;

use super::{Id, RuntimeMetrics};
use crate::{
    blocking,
    executor::{
        Scheduler,
        context::{self, NOT_INSIDE},
        thread_per_core::{LazyFuture, LocalExecutors},
    },
    task::JoinHandle,
};
use std::{error::Error, fmt, future::Future, panic::Location, sync::Arc};

const NO_CORES: &str = "a multi-thread runtime has no cores to choose from: its tasks go where a worker is free. \
     Use `spawn`, or build the runtime with `Builder::new_thread_per_core`";

impl Handle {
    /// The runtime of this thread.
    ///
    /// # Panics
    /// Outside a runtime. [`try_current`](Self::try_current) returns an error instead.
    #[track_caller]
    pub fn current() -> Self {
        match Self::try_current() {
            Ok(handle) => handle,
            Err(error) => panic!("{error}"),
        }
    }

    /// The runtime of this thread.
    ///
    /// # Errors
    /// If the thread is not inside a runtime.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        context::with(|current| current.map(|current| current.handle().clone()))
            .ok_or(TryCurrentError(()))
    }

    /// Spawns a future on this runtime from any thread. See [`spawn`](crate::spawn).
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_at(future, Location::caller())
    }

    /// Spawns a task on one core of a
    /// [`thread_per_core`](super::Builder::new_thread_per_core) runtime, from any
    /// thread. That core calls `make`. The future that `make` returns stays on the core,
    /// so it need not be `Send`.
    ///
    /// The cores are numbered from 0. Core 0 is the thread in
    /// [`block_on`](crate::Runtime::block_on). [`next_core`](Self::next_core) names the
    /// cores in turn. A current-thread runtime has one core.
    ///
    /// # Panics
    /// If there is no such core, or if the runtime is a multi-thread runtime, whose tasks
    /// do not belong to a thread. If `make` panics, the task has panicked.
    ///
    /// ```
    /// use std::rc::Rc;
    /// use wakeful::runtime::Builder;
    ///
    /// let runtime = Builder::new_thread_per_core().worker_threads(2).build()?;
    /// let handle = runtime.handle().clone();
    /// let names = runtime.block_on(async move {
    ///     let name_of = |core| {
    ///         handle.spawn_on(core, || async {
    ///             let here = Rc::new(std::thread::current().id());
    ///             wakeful::task::yield_now().await;
    ///             *here
    ///         })
    ///     };
    ///     (name_of(0).await, name_of(1).await)
    /// });
    /// assert_eq!(names.0?, std::thread::current().id());
    /// assert_ne!(names.1?, std::thread::current().id());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn spawn_on<M, F>(&self, core: usize, make: M) -> JoinHandle<F::Output>
    where
        M: FnOnce() -> F + Send + 'static,
        F: Future + 'static,
        F::Output: Send + 'static,
    {
        let executors = self.executors();
        assert!(
            core < executors.len(),
            "there is no core {core}: this runtime has {}, numbered from 0",
            executors.len()
        );
        let future = LazyFuture::<M, F>::new(make);
        executors
            .shared(core)
            .spawn_remote(future, Location::caller())
    }

    /// Names the cores in turn, to distribute connections or other work.
    ///
    /// # Panics
    /// If the runtime is a multi-thread runtime.
    #[track_caller]
    pub fn next_core(&self) -> usize {
        self.executors().next()
    }

    /// The core on which this handle was made.
    ///
    /// # Panics
    /// If the runtime is a multi-thread runtime.
    #[track_caller]
    pub fn core(&self) -> usize {
        match self.scheduler() {
            Scheduler::Local { core, .. } => *core,
            Scheduler::MultiThread(_) => panic!("{NO_CORES}"),
        }
    }

    #[track_caller]
    fn executors(&self) -> &Arc<LocalExecutors> {
        match self.scheduler() {
            Scheduler::Local { executors, .. } => executors,
            Scheduler::MultiThread(_) => panic!("{NO_CORES}"),
        }
    }

    /// Runs `work` on the blocking pool of this runtime, from any thread. See
    /// [`spawn_blocking`](crate::task::spawn_blocking).
    #[track_caller]
    pub fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // The work is inside this runtime too.
        let here = self.clone();
        blocking::spawn(self.blocking(), move || here.enter(work))
    }

    /// The id of this runtime.
    ///
    /// ```
    /// use wakeful::runtime::{Builder, Handle};
    ///
    /// let runtime = Builder::new_multi_thread().build()?;
    /// let id = runtime.handle().id();
    /// let inside = runtime.spawn(async { Handle::current().id() });
    /// assert_eq!(runtime.block_on(inside)?, id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn id(&self) -> Id {
        self.id_and_name().id
    }

    /// The name of this runtime, if [`Builder::name`](super::Builder::name) set one.
    pub fn name(&self) -> Option<&str> {
        self.id_and_name().name.as_deref()
    }

    /// The metrics of this runtime.
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics::new(self.clone())
    }
}

/// The thread is not inside a runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TryCurrentError(());

impl fmt::Display for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NOT_INSIDE)
    }
}

impl Error for TryCurrentError {}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("id", &self.id())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}
