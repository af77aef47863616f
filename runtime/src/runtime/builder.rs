//! How a runtime is set up.

use super::{Handle, Runtime, Shared};
use crate::{blocking, executor::Core, reactor::Reactor, time::Timers};
use std::{io, sync::Arc, time::Duration};

/// Sets a [`Runtime`] up.
///
/// ```
/// use wakeful::runtime::Builder;
///
/// let runtime = Builder::new_current_thread()
///     .max_blocking_threads(4)
///     .build()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    start_paused: bool,
    blocking: blocking::Settings,
}

impl Builder {
    /// A runtime that runs everything on the thread that makes it.
    pub fn new_current_thread() -> Self {
        Self {
            start_paused: false,
            blocking: blocking::Settings::default(),
        }
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

    /// Makes the runtime.
    ///
    /// # Errors
    /// When the system has no descriptors or memory left for a selector.
    #[track_caller]
    pub fn build(self) -> io::Result<Runtime> {
        let reactor = Reactor::new()?;
        let shared = Shared::new(
            Arc::clone(reactor.shared()),
            Timers::new(Arc::clone(reactor.shared()), self.start_paused),
            blocking::Pool::new(self.blocking),
        );
        Ok(Runtime {
            core: Core::new(reactor, Handle::new(Arc::new(shared))),
            patience: None,
        })
    }
}
