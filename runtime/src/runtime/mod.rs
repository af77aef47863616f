//! The runtime: building, entering, reaching it from other threads, and shutting it
//! down.
//!
//! - `builder`: the settings, and how the parts are put together.
//! - `handle`, `enter`: using the runtime from any thread.
//! - `spawn`, `task_builder`: spawning on this thread's runtime.
//! - `metrics`, `flavor`: what a program can ask about a runtime.

mod builder;
mod enter;
mod flavor;
mod handle;
mod metrics;
pub(crate) mod spawn;
pub(crate) mod task_builder;

pub use crate::{executor::Id, hooks::TaskMeta, rng::RngSeed};
pub use builder::{Builder, Scheduling, UnhandledPanic};
pub use flavor::RuntimeFlavor;
pub use handle::{Handle, TryCurrentError};
pub use metrics::RuntimeMetrics;

use crate::{
    executor::{
        context::{self, ExecutorContext},
        current_thread::LocalExecutor,
        multi_thread::Worker,
        thread_per_core::LocalExecutors,
    },
    primitives::std_thread as thread,
    task::JoinHandle,
};
use std::{fmt, future::Future, io, panic::Location, sync::Arc, time::Duration};

const NESTED: &str = "`block_on` inside of a runtime: it would block the thread that is to run \
     the future. Write `.await` instead; from code that cannot, send the future to a task with \
     `spawn` or `spawn_local`, or do the blocking part in `spawn_blocking`";

const AWAY: &str = "`block_on` within `block_in_place`, on the same runtime: its future waits for \
     this very poll. Spawn the future with `Handle::spawn` and wait on a channel, or block on \
     another runtime";

/// Runs tasks, timers and sockets, and has a pool of threads for blocking work.
///
/// The [`Builder`] makes three kinds:
///
/// - [`new_current_thread`](Builder::new_current_thread): everything runs on the thread
///   that made the runtime. Tasks run only during a call of
///   [`block_on`](Self::block_on).
/// - [`new_multi_thread`](Builder::new_multi_thread): several workers steal tasks from
///   each other. The thread in `block_on` is one of them. Between two calls, the others
///   run all tasks.
/// - [`new_thread_per_core`](Builder::new_thread_per_core): several threads that share
///   nothing, each a runtime of one thread.
///
/// # Shutdown
/// Dropping the runtime shuts it down:
///
/// 1. Workers end after their current poll. The drop waits for them.
/// 2. Every task is dropped, and its handle returns a cancelled error. A task that is
///    spawned during the shutdown is cancelled at once.
/// 3. Sockets that still exist return errors.
/// 4. Blocking work that has not begun is cancelled. The drop waits without limit for
///    blocking work that has begun. [`shutdown_timeout`](Self::shutdown_timeout) sets a
///    limit.
///
/// In a forked child, nothing is dropped.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let answer = runtime.block_on(async { 6 * 7 });
/// assert_eq!(answer, 42);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Runtime {
    kind: Kind,
    /// How long the drop waits for the blocking pool. `None` is without limit.
    shutdown_timeout: Option<Duration>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "a program has one or two of these"
)]
enum Kind {
    /// One thread, or several that share nothing.
    Local {
        executor: LocalExecutor,
        executors: Arc<LocalExecutors>,
        /// The other cores.
        threads: Vec<thread::JoinHandle<()>>,
    },
    MultiThread {
        worker: Arc<Worker>,
        /// The other workers.
        threads: Vec<thread::JoinHandle<()>>,
    },
}

impl Kind {
    fn handle(&self) -> &Handle {
        match self {
            Self::Local { executor, .. } => executor.handle(),
            Self::MultiThread { worker, .. } => worker.handle(),
        }
    }
}

impl Runtime {
    /// A current-thread runtime with the default settings.
    ///
    /// # Errors
    /// If the system has no descriptors or memory left for a selector.
    #[track_caller]
    pub fn new() -> io::Result<Self> {
        Builder::new_current_thread().build()
    }

    /// Runs `future` and the tasks of this runtime until `future` is ready. On a
    /// current-thread runtime, unfinished tasks wait for the next call.
    ///
    /// # Panics
    /// - On a thread that runs a runtime's tasks.
    /// - In a forked child of the process that made the runtime.
    /// - If the future panics.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        assert!(!context::must_not_block(), "{NESTED}");
        self.handle().refuse_in_a_fork();
        match &self.kind {
            Kind::Local { executor, .. } => executor.block_on(future),
            Kind::MultiThread { worker, .. } => {
                assert!(!worker.is_handed_off(), "{AWAY}");
                worker.block_on(future)
            }
        }
    }

    /// Spawns a future that runs during the next [`block_on`](Self::block_on). See
    /// [`spawn_local`](crate::spawn_local).
    ///
    /// # Panics
    /// If the runtime is a multi-thread runtime.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let location = Location::caller();
        match &self.kind {
            Kind::Local { executor, .. } => executor.spawn(future, location),
            Kind::MultiThread { .. } => panic!("{}", spawn::NOT_LOCAL),
        }
    }

    /// Spawns a future on the runtime. See [`spawn`](crate::spawn).
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle().spawn_at(future, Location::caller())
    }

    /// Runs `work` on the blocking pool. See
    /// [`spawn_blocking`](crate::spawn_blocking).
    #[track_caller]
    pub fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.handle().spawn_blocking(work)
    }

    /// The metrics of this runtime. See [`Handle::metrics`].
    pub fn metrics(&self) -> RuntimeMetrics {
        self.handle().metrics()
    }

    /// The handle with which other threads use this runtime.
    pub fn handle(&self) -> &Handle {
        self.kind.handle()
    }

    /// Makes this the runtime of the thread while `code` runs, without running tasks:
    /// `code` can open sockets and spawn tasks.
    pub fn enter<R>(&self, code: impl FnOnce() -> R) -> R {
        match &self.kind {
            Kind::Local { executor, .. } => context::enter(ExecutorContext::Local(executor), code),
            // No thread runs worker 0 now, so a task in its queue would wait.
            Kind::MultiThread { worker, .. } => {
                context::enter(ExecutorContext::Handle(worker.handle()), code)
            }
        }
    }

    /// Shuts down, and waits at most this long for blocking work that has begun. Work that
    /// takes longer goes on in its threads, and its result is lost.
    pub fn shutdown_timeout(mut self, shutdown_timeout: Duration) {
        self.shutdown_timeout = Some(shutdown_timeout);
    }

    /// Shuts down without waiting for blocking work.
    pub fn shutdown_background(self) {
        self.shutdown_timeout(Duration::ZERO);
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let forked = crate::fork::happened_since(self.handle().reactor().fork_id());
        match &mut self.kind {
            Kind::Local {
                executor,
                executors,
                threads,
            } => {
                let threads = std::mem::take(threads);
                if forked {
                    // These threads run only in the parent.
                    threads.into_iter().for_each(std::mem::forget);
                } else {
                    executors.close();
                    for thread in threads {
                        // If the thread panicked, the panic hook has reported it.
                        let _ = thread.join();
                    }
                }
                context::enter(ExecutorContext::Local(executor), || executor.shut_down());
            }
            Kind::MultiThread { worker, threads } => {
                let threads = std::mem::take(threads);
                context::enter_for_shutdown(worker, || worker.shut_down(threads));
            }
        }
        if !forked {
            self.handle().blocking().shut_down(self.shutdown_timeout);
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("handle", self.handle())
            .finish_non_exhaustive()
    }
}

/// Makes a current-thread runtime, runs `future` on it until it is ready, and shuts the
/// runtime down.
///
/// # Panics
/// - On a thread that runs a runtime's tasks.
/// - If the system has no descriptors or memory left for a selector.
/// - If the future panics.
///
/// ```
/// assert_eq!(wakeful::block_on(async { 1 + 1 }), 2);
/// ```
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    assert!(!context::must_not_block(), "{NESTED}");
    match Runtime::new() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => panic!("cannot make a runtime: {error}"),
    }
}
