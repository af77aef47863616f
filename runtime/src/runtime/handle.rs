//! What can be reached of a runtime from anywhere.

use crate::{
    blocking,
    executor::{Inbox, context},
    inspect::{Snapshot, TaskInfo, TimerInfo},
    reactor,
    task::JoinHandle,
    time::Timers,
};
use std::{fmt, sync::Arc};

pub(crate) const NOT_INSIDE: &str = "there is no runtime here: tasks, timers and sockets need one. \
     Call this inside of `Runtime::block_on`, or of `Runtime::enter`";

/// A counted reference to a runtime, for every thread. It does not keep the
/// runtime running.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

/// The parts of a runtime that other threads reach.
pub(crate) struct Shared {
    inbox: Inbox,
    reactor: Arc<reactor::Shared>,
    timers: Timers,
    blocking: Arc<blocking::Pool>,
}

impl Handle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
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
        context::with(|core| core.map(|core| core.handle().clone()))
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

    pub(crate) fn shared(&self) -> &Arc<Shared> {
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
    pub(super) fn new(
        reactor: Arc<reactor::Shared>,
        timers: Timers,
        blocking: Arc<blocking::Pool>,
    ) -> Self {
        Self {
            inbox: Inbox::new(),
            reactor,
            timers,
            blocking,
        }
    }

    pub(crate) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(crate) fn reactor(&self) -> &reactor::Shared {
        &self.reactor
    }

    pub(crate) fn inspect(&self, tasks: Vec<TaskInfo>) -> Snapshot {
        let timers = self.timers.inspect().into_iter();
        Snapshot {
            tasks,
            timers: timers.map(|deadline| TimerInfo { deadline }).collect(),
            sources: self.reactor.inspect(),
            blocking: self.blocking.inspect(),
        }
    }

    /// Nothing can be queued from now on.
    pub(crate) fn close(&self) {
        self.inbox.close();
    }
}
