//! How a runtime is set up.

use super::{
    Handle, Kind, Runtime,
    handle::{Entrance, Shared},
};
use crate::{
    blocking,
    executor::{
        Driver,
        local::{Core, Mailbox},
        pool::{Pool, Worker},
    },
    reactor::Reactor,
    time::Timers,
};
use crossbeam_deque::Worker as Deque;
use std::{io, num::NonZeroUsize, sync::Arc, thread, time::Duration};

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
    /// `None` for the current thread alone.
    workers: Option<usize>,
    start_paused: bool,
    blocking: blocking::Settings,
}

impl Builder {
    /// A runtime that runs everything on the thread that makes it.
    pub fn new_current_thread() -> Self {
        Self {
            workers: None,
            start_paused: false,
            blocking: blocking::Settings::default(),
        }
    }

    /// A runtime of several threads that take tasks from each other: as many
    /// as the machine has cores, unless told. The thread that calls
    /// [`block_on`](Runtime::block_on) is one of them.
    pub fn new_multi_thread() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            workers: Some(cores),
            ..Self::new_current_thread()
        }
    }

    /// How many threads run tasks, the one in `block_on` included. Says
    /// nothing to a runtime of the current thread.
    ///
    /// # Panics
    /// If it is zero.
    #[track_caller]
    pub fn worker_threads(mut self, workers: usize) -> Self {
        assert!(workers > 0, "a runtime needs at least one worker");
        self.workers = self.workers.map(|_| workers);
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
        let kind = match self.workers {
            None => self.build_local()?,
            Some(workers) => {
                assert!(
                    !self.start_paused,
                    "a paused clock needs `new_current_thread`"
                );
                self.build_pool(workers)?
            }
        };
        Ok(Runtime {
            kind,
            patience: None,
        })
    }

    #[track_caller]
    fn build_local(self) -> io::Result<Kind> {
        let reactor = Reactor::new()?;
        let mailbox = Arc::new(Mailbox::new(Arc::clone(reactor.shared())));
        let shared = Shared {
            entrance: Entrance::Local(Arc::clone(&mailbox)),
            timers: Arc::new(Timers::new(Arc::clone(reactor.shared()), self.start_paused)),
            reactor: Arc::clone(reactor.shared()),
            blocking: blocking::Pool::new(self.blocking),
        };
        let driver = Driver::new(reactor, Handle::new(shared));
        Ok(Kind::Local(Core::new(driver, mailbox)))
    }

    #[track_caller]
    fn build_pool(self, workers: usize) -> io::Result<Kind> {
        let reactors: Vec<_> = (0..workers)
            .map(|_| Reactor::new())
            .collect::<Result<_, _>>()?;
        let deques: Vec<_> = (0..workers).map(|_| Deque::new_fifo()).collect();
        let timers: Vec<_> = reactors
            .iter()
            .map(|reactor| Arc::new(Timers::new(Arc::clone(reactor.shared()), false)))
            .collect();
        let parts = deques.iter().zip(&reactors).zip(&timers);
        let parts = parts.map(|((deque, reactor), timers)| {
            (
                deque.stealer(),
                Arc::clone(reactor.shared()),
                Arc::clone(timers),
            )
        });
        let pool = Arc::new(Pool::new(parts.collect()));

        let blocking = blocking::Pool::new(self.blocking);
        let parts = deques.into_iter().zip(reactors).zip(timers).enumerate();
        let mut workers = parts.map(|(index, ((deque, reactor), timers))| {
            let shared = Shared {
                entrance: Entrance::Pool(Arc::clone(&pool)),
                timers,
                reactor: Arc::clone(reactor.shared()),
                blocking: Arc::clone(&blocking),
            };
            let driver = Driver::new(reactor, Handle::new(shared));
            Worker::new(index, Arc::clone(&pool), deque, driver)
        });
        let worker = workers.next().expect("at least one worker");
        let mut threads = Vec::new();
        for (index, other) in (1..).zip(workers) {
            let thread = thread::Builder::new().name(format!("wakeful-worker-{index}"));
            match thread.spawn(move || other.run()) {
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
