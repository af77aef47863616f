//! Which executor this thread is inside.
//!
//! Invariant **E1**: `ENTERED` points to an executor or a handle that some caller of
//! [`enter`] further up this thread's stack borrows. `enter` puts the old value back
//! before that borrow ends. [`hand_off`] and [`take_back`] only exchange the pointer to
//! a worker with the pointer to that worker's handle.

#[cfg(feature = "taskdump")]
use super::Scheduler;
use super::{Handle, current_thread::LocalExecutor, multi_thread::Worker};
use crate::primitives::thread_local;
use std::{cell::Cell, ptr};

pub(crate) const NOT_INSIDE: &str = "there is no runtime here: tasks, timers and sockets need one. \
     Call this inside of `Runtime::block_on`, or of `Handle::enter`";

/// An executor, seen from a thread that is inside it.
#[derive(Clone, Copy)]
pub(crate) enum ExecutorContext<'a> {
    /// The thread of a current-thread runtime, or of a core of a thread-per-core runtime.
    Local(&'a LocalExecutor),
    /// A thread that runs a worker of a multi-thread runtime.
    Worker(&'a Worker),
    /// A thread of a multi-thread runtime, in a poll that has handed off its worker
    /// (`block_in_place`).
    HandedOff(&'a Handle),
    /// A thread that entered through a handle, or a thread of the blocking pool. It
    /// does not run this runtime's tasks.
    Handle(&'a Handle),
}

impl<'a> ExecutorContext<'a> {
    pub(crate) fn handle(self) -> &'a Handle {
        match self {
            Self::Local(executor) => executor.handle(),
            Self::Worker(worker) => worker.handle(),
            Self::HandedOff(handle) | Self::Handle(handle) => handle,
        }
    }
}

#[derive(Clone, Copy)]
enum Entered {
    Nothing,
    Local(*const LocalExecutor),
    Worker(*const Worker),
    /// A worker that the thread has entered by [`enter_for_shutdown`].
    WorkerShuttingDown(*const Worker),
    HandedOff(*const Handle),
    Handle(*const Handle),
    /// A thread that entered through a handle from inside a runtime. This is a variant,
    /// because a flag beside the pointer is slower: the processor would store one byte
    /// and then copy the whole value, and the copy would have to wait for the store.
    /// That took 11 ns in each `block_on`.
    NestedHandle(*const Handle),
}

thread_local! {
    static ENTERED: Cell<Entered> = const { Cell::new(Entered::Nothing) };
}

/// Runs `code` inside an executor: `code` uses its tasks, timers and sockets.
pub(crate) fn enter<R>(current: ExecutorContext<'_>, code: impl FnOnce() -> R) -> R {
    enter_as(
        match current {
            ExecutorContext::Local(executor) => Entered::Local(executor),
            ExecutorContext::Worker(worker) => Entered::Worker(worker),
            ExecutorContext::HandedOff(handle) => Entered::HandedOff(handle),
            ExecutorContext::Handle(handle) if must_not_block() => Entered::NestedHandle(handle),
            ExecutorContext::Handle(handle) => Entered::Handle(handle),
        },
        code,
    )
}

/// [`enter`] for a worker without its loop: while `code` runs, the thread runs no tasks of
/// the runtime. If the thread is in a poll, it is a poll of another runtime.
pub(crate) fn enter_for_shutdown<R>(worker: &Worker, code: impl FnOnce() -> R) -> R {
    enter_as(Entered::WorkerShuttingDown(worker), code)
}

/// Whether this thread is inside a worker by [`enter_for_shutdown`].
pub(crate) fn is_shutting_down() -> bool {
    matches!(ENTERED.get(), Entered::WorkerShuttingDown(_))
}

fn enter_as<R>(entered: Entered, code: impl FnOnce() -> R) -> R {
    struct Restore(Entered);
    impl Drop for Restore {
        fn drop(&mut self) {
            ENTERED.set(self.0);
        }
    }
    let _restore = Restore(ENTERED.replace(entered));
    code()
}

/// Passes the executor that this thread is inside to `code`.
pub(crate) fn with<R>(code: impl FnOnce(Option<ExecutorContext<'_>>) -> R) -> R {
    // While a thread ends, its thread-locals and its tasks are gone.
    let entered = ENTERED.try_with(Cell::get).unwrap_or(Entered::Nothing);
    code(match entered {
        Entered::Nothing => None,
        // SAFETY: E1, and `code` ends before the caller of `enter` goes on.
        Entered::Local(executor) => Some(ExecutorContext::Local(unsafe { &*executor })),
        Entered::Worker(worker) | Entered::WorkerShuttingDown(worker) => {
            // SAFETY: E1.
            Some(ExecutorContext::Worker(unsafe { &*worker }))
        }
        // SAFETY: E1. The worker keeps its handle.
        Entered::HandedOff(handle) => Some(ExecutorContext::HandedOff(unsafe { &*handle })),
        Entered::Handle(handle) | Entered::NestedHandle(handle) => {
            // SAFETY: E1.
            Some(ExecutorContext::Handle(unsafe { &*handle }))
        }
    })
}

/// Whether this thread runs a runtime's tasks, so that blocking it would block them.
/// A thread that has handed off its worker may block. So may a thread that
/// entered through a handle, unless it did so from inside a runtime.
pub(crate) fn must_not_block() -> bool {
    match ENTERED.try_with(Cell::get) {
        Ok(
            Entered::Local(_)
            | Entered::Worker(_)
            | Entered::WorkerShuttingDown(_)
            | Entered::NestedHandle(_),
        ) => true,
        Ok(Entered::Nothing | Entered::HandedOff(_) | Entered::Handle(_)) | Err(_) => false,
    }
}

/// This thread hands off the worker that it runs.
pub(crate) fn hand_off(worker: &Worker) {
    debug_assert!(matches!(ENTERED.get(), Entered::Worker(here) if ptr::eq(here, worker)));
    ENTERED.set(Entered::HandedOff(worker.handle()));
}

/// This thread runs its worker again.
pub(crate) fn take_back(worker: &Worker) {
    debug_assert!(has_handed_off());
    ENTERED.set(Entered::Worker(worker));
}

/// Whether this thread has handed off its worker in the current poll.
pub(crate) fn has_handed_off() -> bool {
    matches!(ENTERED.get(), Entered::HandedOff(_))
}

/// The index of the worker that this thread runs, if it runs one.
#[cfg(feature = "taskdump")]
pub(crate) fn worker_here() -> Option<usize> {
    with(|current| match current? {
        ExecutorContext::Local(executor) => match executor.handle().scheduler() {
            Scheduler::Local { core, .. } => Some(*core),
            Scheduler::MultiThread(_) => None,
        },
        ExecutorContext::Worker(worker) => Some(worker.index()),
        ExecutorContext::HandedOff(_) | ExecutorContext::Handle(_) => None,
    })
}
