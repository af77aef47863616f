//! What can be reached of a runtime from anywhere.

use super::RuntimeMetrics;
use crate::{
    blocking,
    executor::{
        context,
        local::{self, Mailbox},
        pool::{self, Pool},
    },
    inspect::{Snapshot, TaskInfo},
    reactor,
    task::JoinHandle,
    time::Timers,
};
use std::{fmt, future::Future, panic::Location, sync::Arc};

pub(crate) const NOT_INSIDE: &str = "there is no runtime here: tasks, timers and sockets need one. \
     Call this inside of `Runtime::block_on`, or of `Runtime::enter`";

/// A counted reference to a runtime, for every thread. It does not keep the
/// runtime running.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

/// What one of a runtime's threads waits for, and the ways in that the whole
/// runtime shares.
pub(crate) struct Shared {
    pub(super) entrance: Entrance,
    pub(super) reactor: Arc<reactor::Shared>,
    pub(super) timers: Arc<Timers>,
    pub(super) blocking: Arc<blocking::Pool>,
}

/// How a future from elsewhere gets in.
#[derive(Clone)]
pub(super) enum Entrance {
    Local(Arc<Mailbox>),
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
            Some(handle) => handle,
            None => panic!("{NOT_INSIDE}"),
        }
    }

    /// The runtime of this thread, if it is inside of one.
    pub fn try_current() -> Option<Self> {
        context::with(|current| current.map(|current| current.handle().clone()))
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
            Entrance::Local(mailbox) => local::spawn(mailbox, future, location),
            Entrance::Pool(pool) => pool::spawn(pool, future, location),
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
        blocking::spawn(&self.0.blocking, work)
    }

    /// Figures of this runtime: how many tasks, threads, and so on.
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics::new(self.clone())
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

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn inspect(&self, tasks: Vec<TaskInfo>) -> Snapshot {
        let mut snapshot = Snapshot {
            tasks,
            timers: Vec::new(),
            sources: Vec::new(),
            blocking: self.blocking.inspect(),
        };
        snapshot.add(&self.reactor, &self.timers);
        snapshot
    }
}
