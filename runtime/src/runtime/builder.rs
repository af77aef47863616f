//! [`Builder`]: the settings of a runtime, and how it is made.

mod on;
mod scheduler;
mod threads;

pub use scheduler::{Scheduling, UnhandledPanic};

use super::{Handle, Kind, Runtime};
use crate::{
    blocking,
    executor::{
        Driver, HandleInner, IdAndName, Scheduler, Settings,
        current_thread::{self, LocalExecutor},
        multi_thread::{self, DriverLock, SendWorker, Worker},
        thread_per_core::{LocalExecutors, RemoteExecutor},
    },
    hooks::{Hooks, SharedHooks},
    reactor::Reactor,
    rng::RngSeed,
    timers::Timers,
};
#[cfg(feature = "taskdump")]
use crate::{executor::context, hooks::TaskRegistry};
use crossbeam_deque::Worker as Deque;
use std::{io, num::NonZeroUsize, sync::Arc, thread, time::Duration};
use threads::Threads;

/// Builds a [`Runtime`].
///
/// ```
/// use wakeful::runtime::Builder;
///
/// let runtime = Builder::new_multi_thread()
///     .worker_threads(2)
///     .max_blocking_threads(4)
///     .build()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    flavor: Flavor,
    workers: usize,
    name: Option<Arc<str>>,
    scheduling: Scheduling,
    executor: Settings,
    seed: Option<RngSeed>,
    start_paused: bool,
    threads: Threads,
    blocking: blocking::Settings,
    hooks: Hooks,
    #[cfg(feature = "taskdump")]
    taskdump: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flavor {
    CurrentThread,
    MultiThread,
    ThreadPerCore,
}

impl Builder {
    fn new(flavor: Flavor) -> Self {
        Self {
            flavor,
            workers: match flavor {
                Flavor::CurrentThread => 1,
                _ => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            },
            name: None,
            scheduling: Scheduling::Fifo,
            executor: Settings::default(),
            seed: None,
            start_paused: false,
            threads: Threads::default(),
            blocking: blocking::Settings::default(),
            hooks: Hooks::default(),
            #[cfg(feature = "taskdump")]
            taskdump: false,
        }
    }

    /// A runtime that runs everything on the thread that builds it.
    pub fn new_current_thread() -> Self {
        Self::new(Flavor::CurrentThread)
    }

    /// A multi-thread runtime: several threads that steal tasks from each other. By
    /// default there are as many as the machine has cores. The thread that calls
    /// [`block_on`](Runtime::block_on) is one of them.
    ///
    /// A task may compute for long or block its worker. Then:
    ///
    /// - The other workers steal the tasks in that worker's queue.
    /// - All workers share the sockets and timers. If the worker that polls them blocks,
    ///   another polls them within 5 ms.
    /// - One task waits: the last that was woken or spawned on that worker, because
    ///   siblings cannot steal it. [`block_in_place`](crate::task::block_in_place)
    ///   gives even this task to another thread.
    pub fn new_multi_thread() -> Self {
        Self::new(Flavor::MultiThread)
    }

    /// A thread per core: several threads that share only the blocking pool. Each is a
    /// runtime of one thread with its own tasks, sockets and timers, and a task stays
    /// on the core where it began. By default there are as many as the machine has
    /// cores. The thread that calls [`block_on`](Runtime::block_on) is core 0.
    ///
    /// Futures need not be `Send`, and the tasks of one core share values without
    /// locks. In exchange, the program places the work: a spawn stays on its core, and
    /// [`Handle::spawn_on`] names another. An idle core does not help a busy one, so
    /// distribute the connections. [`Handle::next_core`] names the cores in turn. The
    /// kernel distributes them too, if each core has a listener with
    /// [`TcpSocket::set_reuseport`](crate::net::TcpSocket::set_reuseport).
    ///
    /// Between two calls of `block_on`, core 0 stops and the others go on. The threads
    /// are not pinned to processors. A program can do that in
    /// [`on_thread_start`](Self::on_thread_start).
    pub fn new_thread_per_core() -> Self {
        Self::new(Flavor::ThreadPerCore)
    }

    /// Sets how many threads run tasks, including the thread in `block_on`. A
    /// current-thread runtime ignores this.
    ///
    /// # Panics
    /// If it is zero.
    #[track_caller]
    pub fn worker_threads(mut self, workers: usize) -> Self {
        assert!(workers > 0, "a runtime needs at least one worker");
        if self.flavor != Flavor::CurrentThread {
            self.workers = workers;
        }
        self
    }

    /// Names the runtime. [`Handle::name`] returns the name, which helps to tell several
    /// runtimes apart. Threads have names of their own:
    /// [`thread_name`](Self::thread_name).
    ///
    /// ```
    /// use wakeful::runtime::{Builder, Handle};
    ///
    /// let runtime = Builder::new_current_thread().name("ingest").build()?;
    /// runtime.block_on(async {
    ///     assert_eq!(Handle::current().name(), Some("ingest"));
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the name is empty or has only white space.
    #[track_caller]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        assert!(!name.trim().is_empty(), "the name of a runtime is empty");
        self.name = Some(name.into());
        self
    }

    /// Starts with a paused clock, as after [`time::pause`](crate::time::pause). For
    /// tests.
    pub fn start_paused(mut self, paused: bool) -> Self {
        self.start_paused = paused;
        self
    }

    /// Sets how many threads the blocking pool may have. The default is 512. Further
    /// work waits in a queue.
    ///
    /// # Panics
    /// If it is zero: blocking work would wait for ever.
    #[track_caller]
    pub fn max_blocking_threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "a blocking pool needs at least one thread");
        self.blocking.max_threads = threads;
        self
    }

    /// Sets how long a thread of the blocking pool waits for work before it ends. The
    /// default is ten seconds.
    pub fn thread_keep_alive(mut self, keep_alive: Duration) -> Self {
        self.blocking.keep_alive = keep_alive;
        self
    }

    /// Records for each task what it waits for, and since when. See
    /// [`taskdump`](crate::taskdump).
    #[cfg(feature = "taskdump")]
    #[cfg_attr(docsrs, doc(cfg(feature = "taskdump")))]
    pub fn enable_taskdump(mut self) -> Self {
        self.taskdump = true;
        self
    }

    /// Makes the runtime and starts its workers.
    ///
    /// # Errors
    /// If the system has no descriptors, memory or threads left.
    ///
    /// # Panics
    /// If the clock is to start paused in a runtime of several threads.
    #[track_caller]
    pub fn build(self) -> io::Result<Runtime> {
        assert!(
            !self.start_paused || self.flavor == Flavor::CurrentThread,
            "a paused clock needs `new_current_thread`"
        );
        match self.flavor {
            Flavor::MultiThread => Ok(Runtime {
                kind: self.build_multi_thread()?,
                shutdown_timeout: None,
            }),
            Flavor::CurrentThread | Flavor::ThreadPerCore => self.build_local(),
        }
    }

    /// The hooks, with the task registry of a runtime with task dumps.
    #[cfg_attr(not(feature = "taskdump"), expect(unused_variables))]
    fn hooks(&self, timers: &Arc<Timers>, workers: usize) -> SharedHooks {
        let hooks = self.hooks.clone();
        #[cfg(feature = "taskdump")]
        let hooks = Hooks {
            task_registry: self.taskdump.then(|| {
                Arc::new(TaskRegistry::new(
                    Arc::clone(timers),
                    workers,
                    context::worker_here,
                ))
            }),
            ..hooks
        };
        hooks.shared()
    }

    #[track_caller]
    fn build_local(self) -> io::Result<Runtime> {
        let names = self.threads.make("wakeful-core", 1..self.workers);
        let settings = self.settings();
        let reactors: Vec<_> = (0..self.workers)
            .map(|_| Reactor::new())
            .collect::<Result<_, _>>()?;
        let timers: Vec<_> = reactors
            .iter()
            .map(|reactor| Arc::new(Timers::new(Arc::clone(reactor.handle()), self.start_paused)))
            .collect();
        let hooks = self.hooks(&timers[0], self.workers);
        let members = reactors
            .iter()
            .zip(timers)
            .map(|(reactor, timers)| RemoteExecutor {
                shared: Arc::new(current_thread::Shared::new(
                    Arc::clone(reactor.handle()),
                    hooks.clone(),
                )),
                timers,
            });
        let executors = LocalExecutors::new(members.collect(), settings.clone());
        let blocking = blocking::BlockingPool::new(self.blocking, hooks);
        let id_and_name = IdAndName::new(self.name);
        let mut drivers = reactors.into_iter().enumerate().map(|(core, reactor)| {
            let inner = HandleInner {
                scheduler: Scheduler::Local {
                    executors: Arc::clone(&executors),
                    core,
                },
                timers: Arc::clone(&executors.remotes()[core].timers),
                reactor: Arc::clone(reactor.handle()),
                blocking: Arc::clone(&blocking),
                id_and_name: id_and_name.clone(),
            };
            Driver::new(reactor, Handle::new(inner))
        });
        let first = drivers.next().expect("at least one core");
        let executor = LocalExecutor::new(first, Arc::clone(executors.shared(0)), settings);
        let mut threads = Vec::new();
        let rest = (1..).zip(drivers).zip(names);
        let started = rest
            .map(|((index, driver), thread)| executors.start(index, driver, thread))
            .try_for_each(|thread| thread.map(|thread| threads.push(thread)));
        let runtime = Runtime {
            kind: Kind::Local {
                executor,
                executors,
                threads,
            },
            shutdown_timeout: None,
        };
        // If a thread did not start, dropping the runtime ends those that did.
        started.map(|()| runtime)
    }

    #[track_caller]
    fn build_multi_thread(self) -> io::Result<Kind> {
        let names = self.threads.make("wakeful-worker", 1..self.workers);
        let reactor = Reactor::new()?;
        let sockets = Arc::clone(reactor.handle());
        let timers = Arc::new(Timers::new(Arc::clone(&sockets), false));
        let deques: Vec<_> = (0..self.workers)
            .map(|_| [Deque::new_fifo(), Deque::new_fifo()])
            .collect();
        let stealers = deques
            .iter()
            .map(|both| both.each_ref().map(Deque::stealer))
            .collect();
        let hooks = self.hooks(&timers, self.workers);
        let driver = DriverLock::new(reactor, Arc::clone(&timers));
        let shared = multi_thread::Shared::new(stealers, driver, hooks.clone(), self.settings());
        let handle = Handle::new(HandleInner {
            scheduler: Scheduler::MultiThread(Arc::clone(&shared)),
            timers,
            reactor: sockets,
            blocking: blocking::BlockingPool::new(self.blocking, hooks),
            id_and_name: IdAndName::new(self.name),
        });
        let mut workers = deques
            .into_iter()
            .enumerate()
            .map(|(index, deques)| Worker::new(index, Arc::clone(&shared), deques, handle.clone()));
        let worker = workers.next().expect("at least one worker");
        let mut threads = Vec::new();
        for (other, thread) in workers.zip(names) {
            let other = SendWorker(other);
            match thread.spawn(move || { other }.0.run()) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    // The threads that have started must end.
                    worker.shut_down(threads);
                    return Err(error);
                }
            }
        }
        Ok(Kind::MultiThread { worker, threads })
    }
}
