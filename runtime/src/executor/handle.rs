//! A counted reference to a runtime, and the ways into its executor.
//!
//! The methods for users are in `runtime/handle.rs`.

use super::{IdAndName, multi_thread, thread_per_core::LocalExecutors};
#[cfg(feature = "taskdump")]
use crate::hooks::SharedHooks;
use crate::{blocking, reactor, task::JoinHandle, timers::Timers};
use std::{future::Future, panic::Location, sync::Arc};

/// A counted reference to a runtime, for every thread. It does not keep the
/// runtime running.
#[derive(Clone)]
pub struct Handle(Arc<HandleInner>);

/// The parts of a runtime that every thread may use.
pub(crate) struct HandleInner {
    pub(crate) scheduler: Scheduler,
    pub(crate) reactor: Arc<reactor::Handle>,
    pub(crate) timers: Arc<Timers>,
    pub(crate) blocking: Arc<blocking::BlockingPool>,
    pub(crate) id_and_name: IdAndName,
}

/// The executor that takes a future from any thread.
#[derive(Clone)]
pub(crate) enum Scheduler {
    /// One local executor or one for each core, and which of them the handle belongs to.
    Local {
        executors: Arc<LocalExecutors>,
        core: usize,
    },
    MultiThread(Arc<multi_thread::Shared>),
}

impl Handle {
    pub(crate) fn new(inner: HandleInner) -> Self {
        Self(Arc::new(inner))
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
        match &self.0.scheduler {
            Scheduler::Local { executors, core } => {
                executors.shared(*core).spawn_remote(future, location)
            }
            Scheduler::MultiThread(shared) => shared.spawn(future, location),
        }
    }

    /// The state that the workers share, if this is the handle of a multi-thread runtime.
    pub(crate) fn multi_thread(&self) -> Option<&Arc<multi_thread::Shared>> {
        match &self.0.scheduler {
            Scheduler::Local { .. } => None,
            Scheduler::MultiThread(shared) => Some(shared),
        }
    }

    pub(crate) fn scheduler(&self) -> &Scheduler {
        &self.0.scheduler
    }

    pub(crate) fn id_and_name(&self) -> &IdAndName {
        &self.0.id_and_name
    }

    pub(crate) fn reactor(&self) -> &Arc<reactor::Handle> {
        &self.0.reactor
    }

    pub(crate) fn timers(&self) -> &Timers {
        &self.0.timers
    }

    pub(crate) fn blocking(&self) -> &Arc<blocking::BlockingPool> {
        &self.0.blocking
    }

    #[cfg(feature = "taskdump")]
    pub(crate) fn hooks(&self) -> &SharedHooks {
        self.0.blocking.hooks()
    }
}
