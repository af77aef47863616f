//! What can be reached of a runtime from anywhere.

use super::RuntimeMetrics;
use crate::{
    blocking,
    executor::{
        context, current_thread,
        multi_thread::{self, Pool},
        thread_per_core::{Cores, MadeThere},
    },
    inspect::{Snapshot, TaskInfo, TimerInfo},
    reactor,
    task::JoinHandle,
    time::Timers,
};
use std::{error::Error, fmt, future::Future, panic::Location, sync::Arc};

pub(crate) const NOT_INSIDE: &str = "there is no runtime here: tasks, timers and sockets need one. \
     Call this inside of `Runtime::block_on`, or of `Handle::enter`";

const NO_CORES: &str = "a pool has no cores to choose from: its tasks go where a worker is free. \
     Use `spawn`, or build the runtime with `Builder::new_thread_per_core`";

/// A counted reference to a runtime, for every thread. It does not keep the
/// runtime running.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

/// What a core, or all workers of a pool, wait for, and the ways into the
/// runtime.
pub(crate) struct Shared {
    pub(super) entrance: Entrance,
    pub(super) reactor: Arc<reactor::Shared>,
    pub(super) timers: Arc<Timers>,
    pub(super) blocking: Arc<blocking::Pool>,
}

/// How a future from elsewhere gets in.
#[derive(Clone)]
pub(super) enum Entrance {
    /// One core or several, and which of them this is.
    Local {
        cores: Arc<Cores>,
        core: usize,
    },
    Pool(Arc<Pool>),
}

impl Handle {
    pub(super) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// The runtime of this thread.
    ///
    /// # Panics
    /// Outside a runtime; [`try_current`](Self::try_current) says so instead.
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
    /// If it is not inside of one.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        context::with(|current| current.map(|current| current.handle().clone()))
            .ok_or(TryCurrentError(()))
    }

    /// Hands a future to this runtime from any thread. See
    /// [`spawn`](crate::spawn).
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_at(future, Location::caller())
    }

    pub(crate) fn spawn_at<F>(
        &self,
        future: F,
        location: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match &self.0.entrance {
            Entrance::Local { cores, core } => {
                current_thread::spawn(cores.shared(*core), future, location)
            }
            Entrance::Pool(pool) => multi_thread::spawn(pool, future, location),
        }
    }

    /// Has a task made on one of the cores of a
    /// [`thread_per_core`](super::Builder::new_thread_per_core) runtime, from
    /// any thread. `make` is called there, and the future that it returns stays
    /// there: it need not be `Send`.
    ///
    /// The cores are numbered from 0, which is the thread in
    /// [`block_on`](crate::Runtime::block_on); [`next_core`](Self::next_core)
    /// deals them out. A runtime of one thread is a core alone.
    ///
    /// # Panics
    /// If there is no such core, or the runtime is a pool, whose tasks have no
    /// place of their own. A panic in `make` is the task's.
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
        let cores = self.cores();
        assert!(
            core < cores.len(),
            "there is no core {core}: this runtime has {}, numbered from 0",
            cores.len()
        );
        let future = MadeThere::<M, F>::by(make);
        current_thread::spawn(cores.shared(core), future, Location::caller())
    }

    /// A core for the next connection, or whatever is to be dealt out: all of
    /// them in turn.
    ///
    /// # Panics
    /// If the runtime is a pool.
    #[track_caller]
    pub fn next_core(&self) -> usize {
        self.cores().next()
    }

    /// The core that this is a handle of: the one it was taken on.
    ///
    /// # Panics
    /// If the runtime is a pool.
    #[track_caller]
    pub fn core(&self) -> usize {
        match &self.0.entrance {
            Entrance::Local { core, .. } => *core,
            Entrance::Pool(_) => panic!("{NO_CORES}"),
        }
    }

    #[track_caller]
    fn cores(&self) -> &Arc<Cores> {
        match &self.0.entrance {
            Entrance::Local { cores, .. } => cores,
            Entrance::Pool(_) => panic!("{NO_CORES}"),
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
        // The runtime is at hand there, too.
        let here = self.clone();
        blocking::spawn(&self.0.blocking, move || here.enter(work))
    }

    /// Figures of this runtime: how many tasks, threads, and so on.
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics::new(self.clone())
    }

    /// What every task of this runtime is doing and waits for; from any thread.
    /// See [`trace`](crate::trace).
    ///
    /// # Errors
    /// If the runtime is not traced.
    ///
    /// ```
    /// use wakeful::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().enable_trace().build()?;
    /// let handle = runtime.handle().clone();
    /// // The runtime's thread is held up; this one is not.
    /// let watchdog = move || handle.dump().expect("a traced runtime");
    /// let dump = runtime.block_on(async { std::thread::spawn(watchdog).join() });
    /// println!("{}", dump.expect("no panic"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "trace")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
    pub fn dump(&self) -> Result<crate::trace::Dump, crate::trace::Untraced> {
        crate::trace::of(self.tracer())
    }

    #[cfg(feature = "trace")]
    pub(super) fn tracer(&self) -> Option<&crate::trace::Tracer> {
        self.0.blocking.hooks().as_deref()?.tracer()
    }

    /// The pool that this is a handle of, if it is one of a pool.
    pub(crate) fn pool(&self) -> Option<&Arc<Pool>> {
        match &self.0.entrance {
            Entrance::Local { .. } => None,
            Entrance::Pool(pool) => Some(pool),
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }

    pub(crate) fn reactor(&self) -> &Arc<reactor::Shared> {
        &self.0.reactor
    }

    pub(crate) fn timers(&self) -> &Timers {
        &self.0.timers
    }

    pub(crate) fn blocking(&self) -> &Arc<blocking::Pool> {
        &self.0.blocking
    }
}

/// This thread is not inside of a runtime.
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
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn inspect(&self, tasks: Vec<TaskInfo>) -> Snapshot {
        let deadlines = self.timers.inspect().into_iter();
        Snapshot {
            tasks,
            timers: deadlines.map(|deadline| TimerInfo { deadline }).collect(),
            sources: self.reactor.inspect(),
            blocking: self.blocking.inspect(),
        }
    }
}
