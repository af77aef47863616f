//! The runtime itself: how it is built, entered, reached from elsewhere and
//! shut down.

mod builder;
mod flavor;
mod guest;
mod handle;
mod metrics;

pub use crate::executor::hooks::TaskMeta;
pub use builder::{Builder, Scheduling};
pub use flavor::RuntimeFlavor;
pub use handle::{Handle, TryCurrentError};
pub use metrics::RuntimeMetrics;

pub(crate) use handle::NOT_INSIDE;

use crate::{
    executor::{
        context::{self, Current},
        current_thread::Core,
        multi_thread::Worker,
        thread_per_core::Cores,
    },
    primitives::of_workers as thread,
    task::JoinHandle,
};
use std::{fmt, future::Future, io, panic::Location, sync::Arc, time::Duration};

const NESTED: &str = "`block_on` inside of a runtime: it would block the thread that is to run \
     the future. Write `.await` instead; from code that cannot, send the future to a task with \
     `spawn` or `spawn_local`, or do the blocking part in `spawn_blocking`";

const AWAY: &str = "`block_on` within `block_in_place`, on the same runtime: its future waits for \
     this very poll. Spawn the future with `Handle::spawn` and wait on a channel, or block on \
     another runtime";

/// Tasks, timers, sockets, and a pool of threads for what blocks.
///
/// There are three kinds, as the [`Builder`] is told. With
/// [`new_current_thread`](Builder::new_current_thread) everything runs on the
/// thread that made the runtime; nothing runs in the background: tasks go
/// forward while [`block_on`](Self::block_on) is being called, and wait when it
/// is not. With [`new_multi_thread`](Builder::new_multi_thread) there are
/// several workers that take tasks from each other. The thread in `block_on`
/// is one of them; between two calls the others go on with all tasks. With
/// [`new_thread_per_core`](Builder::new_thread_per_core) there are several
/// threads that share nothing, each a runtime of one thread.
///
/// # Shutdown
/// Dropping the runtime drops every task; their handles say cancelled, and a
/// task that is spawned meanwhile is cancelled at once. Workers end after the
/// poll that they are in, which is waited for. Sockets that live on answer
/// with an error. Work of the blocking pool that has not begun is cancelled;
/// for what has, the drop waits, without limit.
/// [`shutdown_timeout`](Self::shutdown_timeout) waits less. In a forked child
/// nothing is dropped.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let answer = runtime.block_on(async { 6 * 7 });
/// assert_eq!(answer, 42);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Runtime {
    kind: Kind,
    /// How long the drop waits for the blocking pool.
    patience: Option<Duration>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "a program has one or two of these"
)]
enum Kind {
    /// One thread, or several that share nothing.
    Cores {
        core: Core,
        cores: Arc<Cores>,
        /// The other cores.
        threads: Vec<thread::JoinHandle<()>>,
    },
    Pool {
        worker: Arc<Worker>,
        /// The other workers.
        threads: Vec<thread::JoinHandle<()>>,
    },
}

impl Kind {
    fn handle(&self) -> &Handle {
        match self {
            Self::Cores { core, .. } => core.handle(),
            Self::Pool { worker, .. } => worker.handle(),
        }
    }
}

impl Runtime {
    /// A runtime of one thread, with the usual settings.
    ///
    /// # Errors
    /// When the system has no descriptors or memory left for a selector.
    #[track_caller]
    pub fn new() -> io::Result<Self> {
        Builder::new_current_thread().build()
    }

    /// Runs `future`, and the tasks beside it, until it is ready.
    ///
    /// Tasks that are not finished then wait for the next call.
    ///
    /// # Panics
    /// Inside of a runtime, in a child of the process that made this one, and
    /// with the future's own panic.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        assert!(!context::is_entered(), "{NESTED}");
        self.handle().refuse_in_a_fork();
        match &self.kind {
            Kind::Cores { core, .. } => core.block_on(future),
            Kind::Pool { worker, .. } => {
                assert!(!worker.is_away(), "{AWAY}");
                worker.block_on(future)
            }
        }
    }

    /// Hands a future to the runtime, to run at the next
    /// [`block_on`](Self::block_on). See [`spawn_local`](crate::spawn_local).
    ///
    /// # Panics
    /// If the runtime is a pool.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let location = Location::caller();
        match &self.kind {
            Kind::Cores { core, .. } => core.spawn(future, location),
            Kind::Pool { .. } => panic!("{}", crate::executor::NOT_LOCAL),
        }
    }

    /// Hands a future to the runtime. See [`spawn`](crate::spawn).
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

    /// Figures of this runtime. See [`Handle::metrics`].
    pub fn metrics(&self) -> RuntimeMetrics {
        self.handle().metrics()
    }

    /// What other threads, and code that wants this runtime's clock and
    /// sockets, hold of it.
    pub fn handle(&self) -> &Handle {
        self.kind.handle()
    }

    /// Makes this the runtime of the thread while `code` runs, without running
    /// any task: sockets can be opened and tasks spawned.
    pub fn enter<R>(&self, code: impl FnOnce() -> R) -> R {
        match &self.kind {
            Kind::Cores { core, .. } => context::visit(Current::Local(core), code),
            // Worker 0, that is not driven now, would keep what is queued there.
            Kind::Pool { worker, .. } => context::enter(Current::Guest(worker.handle()), code),
        }
    }

    /// Shuts down, and waits at most this long for blocking work that has
    /// begun. What is not done then goes on in its threads, and is lost.
    pub fn shutdown_timeout(mut self, patience: Duration) {
        self.patience = Some(patience);
    }

    /// Shuts down without waiting for blocking work.
    pub fn shutdown_background(self) {
        self.shutdown_timeout(Duration::ZERO);
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let forked = crate::fork::happened_since(self.handle().reactor().born());
        match &mut self.kind {
            Kind::Cores {
                core,
                cores,
                threads,
            } => {
                let threads = std::mem::take(threads);
                if forked {
                    // The parent's.
                    threads.into_iter().for_each(std::mem::forget);
                } else {
                    cores.close();
                    for thread in threads {
                        // One that panicked has said so.
                        let _ = thread.join();
                    }
                }
                context::enter(Current::Local(core), || core.shut_down());
            }
            Kind::Pool { worker, threads } => {
                let threads = std::mem::take(threads);
                context::visit(Current::Worker(worker), || worker.shut_down(threads));
            }
        }
        if !forked {
            self.handle().blocking().shut_down(self.patience);
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}

/// Makes a runtime, runs `future` on it until it is ready, and shuts it down.
///
/// # Panics
/// Inside of a runtime, if the system has no room for another selector, and
/// with the future's own panic.
///
/// ```
/// assert_eq!(wakeful::block_on(async { 1 + 1 }), 2);
/// ```
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    assert!(!context::is_entered(), "{NESTED}");
    match Runtime::new() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => panic!("cannot make a runtime: {error}"),
    }
}
