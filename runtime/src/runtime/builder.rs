//! How a runtime is set up.

mod on;
mod threads;

use super::{
    Handle, Kind, Runtime,
    handle::{Entrance, Shared},
};
use crate::executor::hooks::{Hooks, SharedHooks};
#[cfg(feature = "trace")]
use crate::trace::Tracer;
use crate::{
    blocking,
    executor::{
        Driver,
        current_thread::{Core, SharedCore},
        multi_thread::{DriverLock, HandedOff, Pool, Worker},
        thread_per_core::{Cores, Member},
    },
    reactor::Reactor,
    time::Timers,
};
use crossbeam_deque::Worker as Deque;
use std::{io, num::NonZeroUsize, sync::Arc, thread, time::Duration};
use threads::Threads;

/// Sets a [`Runtime`] up.
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
    scheduling: Scheduling,
    start_paused: bool,
    threads: Threads,
    blocking: blocking::Settings,
    hooks: Hooks,
    #[cfg(feature = "trace")]
    traced: bool,
}

/// In which order the ready tasks of a thread have their turns; see
/// [`Builder::scheduling`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheduling {
    /// First come, first served. Constant time.
    #[default]
    Fifo,
    /// By priority, the greater first; within a priority by deadline, the
    /// earlier first and those without one last; and then by the order in which
    /// they became ready. A task has the rank that
    /// [`task::Builder`](crate::task::Builder) gave it, or that of the task
    /// that spawned it. The future of `block_on`, and what comes from other
    /// threads, have priority 0 and no deadline.
    ///
    /// This is strict: who is always ready keeps all of lower rank waiting for
    /// ever. Sockets and timers get their look in any case, so a more urgent
    /// task is never kept from becoming ready. A deadline says whose turn it
    /// is; when it passes, nothing happens by itself.
    ///
    /// Logarithmic in the number of ready tasks, and the queue allocates as it
    /// grows.
    ///
    /// ```
    /// use std::{cell::RefCell, rc::Rc};
    /// use wakeful::{runtime::{Builder, Scheduling}, task};
    ///
    /// let runtime = Builder::new_current_thread()
    ///     .scheduling(Scheduling::Ranked)
    ///     .build()?;
    /// let log = Rc::new(RefCell::new(Vec::new()));
    /// runtime.block_on(async {
    ///     let tasks = [("sweep", -1), ("serve", 0), ("alarm", 1)].map(|(name, priority)| {
    ///         let log = Rc::clone(&log);
    ///         let spawn = task::Builder::new().priority(priority);
    ///         spawn.spawn_local(async move { log.borrow_mut().push(name) })
    ///     });
    ///     for task in tasks {
    ///         task.await?;
    ///     }
    ///     Ok::<(), task::JoinError>(())
    /// })?;
    /// assert_eq!(*log.borrow(), ["alarm", "serve", "sweep"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Ranked,
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
            scheduling: Scheduling::Fifo,
            start_paused: false,
            threads: Threads::default(),
            blocking: blocking::Settings::default(),
            hooks: Hooks::default(),
            #[cfg(feature = "trace")]
            traced: false,
        }
    }

    /// A runtime that runs everything on the thread that makes it.
    pub fn new_current_thread() -> Self {
        Self::new(Flavor::CurrentThread)
    }

    /// A runtime of several threads that take tasks from each other: as many
    /// as the machine has cores, unless told. The thread that calls
    /// [`block_on`](Runtime::block_on) is one of them.
    ///
    /// A task that blocks its worker, because it computes for long or calls
    /// something that waits, does not block the others: they take over what
    /// stands in its queue. Sockets and timers are everybody's: who has nothing
    /// to do watches them for all, and if that is the one that blocks, another
    /// takes over within 5 ms. What waits until it gives way is the task that
    /// was woken or spawned last on that worker, which nobody takes over; and
    /// where the task says that it will block, with
    /// [`block_in_place`](crate::task::block_in_place), not even that.
    pub fn new_multi_thread() -> Self {
        Self::new(Flavor::MultiThread)
    }

    /// A runtime of several threads that share nothing but the blocking pool:
    /// each is a runtime of one thread with tasks, sockets and timers of its
    /// own, and what was begun on a core stays there. As many as the machine
    /// has cores, unless told. The thread that calls
    /// [`block_on`](Runtime::block_on) is core 0.
    ///
    /// Futures need not be `Send`, and what tasks of one core share needs no
    /// lock. In exchange, the program says where work goes: a spawn stays on
    /// its core, and [`Handle::spawn_on`] names another. A core that is busy is
    /// not helped by one that is idle, so connections are best dealt out, in
    /// turn ([`Handle::next_core`]) or by the kernel
    /// ([`TcpSocket::set_reuseport`](crate::net::TcpSocket::set_reuseport) on a
    /// listener for each core).
    ///
    /// Between two calls of `block_on` core 0 stands still, and the others go
    /// on. The threads are not bound to processors; a program that wants that
    /// does it in [`on_thread_start`](Self::on_thread_start).
    pub fn new_thread_per_core() -> Self {
        Self::new(Flavor::ThreadPerCore)
    }

    /// How many threads run tasks, the one in `block_on` included. Says
    /// nothing to a runtime of the current thread.
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

    /// In which order ready tasks have their turns; first come, first served
    /// unless told. Says nothing to a pool, whose tasks go where a worker is
    /// free.
    pub fn scheduling(mut self, scheduling: Scheduling) -> Self {
        self.scheduling = scheduling;
        self
    }

    /// Whether the clock stands still from the start, as after
    /// [`time::pause`](crate::time::pause). For tests.
    pub fn start_paused(mut self, paused: bool) -> Self {
        self.start_paused = paused;
        self
    }

    /// How many threads the blocking pool may have; 512 unless told. More work
    /// than that waits in a queue.
    ///
    /// # Panics
    /// If it is zero: blocking work would wait for ever.
    #[track_caller]
    pub fn max_blocking_threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "a blocking pool needs at least one thread");
        self.blocking.max_threads = threads;
        self
    }

    /// How long a thread of the blocking pool waits for work before it ends;
    /// ten seconds unless told.
    pub fn thread_keep_alive(mut self, keep_alive: Duration) -> Self {
        self.blocking.keep_alive = keep_alive;
        self
    }

    /// Keeps for each task what it waits for and since when: see
    /// [`trace`](crate::trace).
    #[cfg(feature = "trace")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
    pub fn enable_trace(mut self) -> Self {
        self.traced = true;
        self
    }

    /// Makes the runtime, and starts its workers.
    ///
    /// # Errors
    /// When the system has no descriptors, memory or threads left.
    ///
    /// # Panics
    /// If the clock is to be paused in a runtime of several threads, whose
    /// clocks would not stand still together.
    #[track_caller]
    pub fn build(self) -> io::Result<Runtime> {
        assert!(
            !self.start_paused || self.flavor == Flavor::CurrentThread,
            "a paused clock needs `new_current_thread`"
        );
        match self.flavor {
            Flavor::MultiThread => Ok(Runtime {
                kind: self.build_pool()?,
                patience: None,
            }),
            Flavor::CurrentThread | Flavor::ThreadPerCore => self.build_cores(),
        }
    }

    /// The hooks, if there are any, and what is traced, if anything is.
    #[cfg_attr(not(feature = "trace"), expect(unused_variables))]
    fn hooks(&self, timers: &Arc<Timers>, workers: usize) -> SharedHooks {
        let hooks = self.hooks.clone();
        #[cfg(feature = "trace")]
        let hooks = Hooks {
            tracer: self
                .traced
                .then(|| Arc::new(Tracer::new(Arc::clone(timers), workers))),
            ..hooks
        };
        hooks.shared()
    }

    #[track_caller]
    fn build_cores(self) -> io::Result<Runtime> {
        let names = self.threads.make("wakeful-core", 1..self.workers);
        let ranked = self.scheduling == Scheduling::Ranked;
        let reactors: Vec<_> = (0..self.workers)
            .map(|_| Reactor::new())
            .collect::<Result<_, _>>()?;
        let timers: Vec<_> = reactors
            .iter()
            .map(|reactor| Arc::new(Timers::new(Arc::clone(reactor.shared()), self.start_paused)))
            .collect();
        let hooks = self.hooks(&timers[0], self.workers);
        let members = reactors.iter().zip(timers).map(|(reactor, timers)| Member {
            shared: Arc::new(SharedCore::new(Arc::clone(reactor.shared()), hooks.clone())),
            timers,
        });
        let cores = Cores::new(members.collect(), ranked);
        let blocking = blocking::Pool::new(self.blocking, hooks);
        let mut drivers = reactors.into_iter().enumerate().map(|(core, reactor)| {
            let shared = Shared {
                entrance: Entrance::Local {
                    cores: Arc::clone(&cores),
                    core,
                },
                timers: Arc::clone(&cores.members()[core].timers),
                reactor: Arc::clone(reactor.shared()),
                blocking: Arc::clone(&blocking),
            };
            Driver::new(reactor, Handle::new(shared))
        });
        let first = drivers.next().expect("at least one core");
        let core = Core::new(first, Arc::clone(cores.shared(0)), ranked);
        let mut threads = Vec::new();
        let rest = (1..).zip(drivers).zip(names);
        let started = rest
            .map(|((index, driver), thread)| cores.start(index, driver, thread))
            .try_for_each(|thread| thread.map(|thread| threads.push(thread)));
        let runtime = Runtime {
            kind: Kind::Cores {
                core,
                cores,
                threads,
            },
            patience: None,
        };
        // Should one not have started, the drop ends those that have.
        started.map(|()| runtime)
    }

    #[track_caller]
    fn build_pool(self) -> io::Result<Kind> {
        let names = self.threads.make("wakeful-worker", 1..self.workers);
        let reactor = Reactor::new()?;
        let sockets = Arc::clone(reactor.shared());
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
        let pool = Pool::new(stealers, driver, hooks.clone());
        let handle = Handle::new(Shared {
            entrance: Entrance::Pool(Arc::clone(&pool)),
            timers,
            reactor: sockets,
            blocking: blocking::Pool::new(self.blocking, hooks),
        });
        let mut workers = deques
            .into_iter()
            .enumerate()
            .map(|(index, deques)| Worker::new(index, Arc::clone(&pool), deques, handle.clone()));
        let worker = workers.next().expect("at least one worker");
        let mut threads = Vec::new();
        for (other, thread) in workers.zip(names) {
            let other = HandedOff(other);
            match thread.spawn(move || { other }.0.run()) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    // Those that have started must not run on without us.
                    worker.shut_down(threads);
                    return Err(error);
                }
            }
        }
        Ok(Kind::Pool { worker, threads })
    }
}
