//! Looking inside a running runtime: its tasks, timers, sockets and blocking
//! pool at one moment.

#[cfg(feature = "trace")]
use crate::trace::{TaskKind, Wait};
use crate::{
    executor::context::{self, Current},
    reactor::Source,
    task::{Header, Id},
    time::Instant,
};
#[cfg(feature = "trace")]
use std::{panic::Location, sync::Arc, time::Duration};

/// What the runtime of this thread is doing; `None` outside one, and where only
/// the runtime's own thread can look: on one that runs none of the tasks of a
/// runtime whose threads share nothing. Linear in the number of tasks, timers
/// and sockets.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let task = wakeful::spawn_local(std::future::pending::<()>());
///     wakeful::task::yield_now().await;
///     let snapshot = wakeful::inspect().expect("inside of a runtime");
///     assert_eq!(snapshot.tasks[0].id, task.id());
///     # #[cfg(feature = "trace")]
///     assert_eq!(snapshot.tasks[0].location.file(), file!());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn inspect() -> Option<Snapshot> {
    context::with(|current| {
        Some(match current? {
            Current::Local(core) => core.handle().shared().inspect(core.inspect()),
            Current::Worker(worker) => worker.pool().inspect(worker.handle()),
            Current::Detached(handle) | Current::Guest(handle) => handle.pool()?.inspect(handle),
        })
    })
}

/// One moment of a runtime.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// Every task that has not ended. The future of `block_on` is not one. They
    /// show from the moment when they first wait, or from their spawn with the
    /// feature `trace`.
    pub tasks: Vec<TaskInfo>,
    /// Every timer that has not fired.
    pub timers: Vec<TimerInfo>,
    /// Everything the reactor watches.
    pub sources: Vec<SourceInfo>,
    /// The blocking pool.
    pub blocking: BlockingInfo,
}

/// A task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// Its name.
    pub id: Id,
    /// Where it was spawned. With the feature `trace`.
    #[cfg(feature = "trace")]
    pub location: &'static Location<'static>,
    /// What it is doing.
    pub state: TaskState,
    /// How often it has been polled. With the feature `trace`.
    #[cfg(feature = "trace")]
    pub polls: u64,
    /// How long ago it was spawned, to the precision of the runtime's turns.
    /// With the feature `trace`.
    #[cfg(feature = "trace")]
    pub age: Duration,
    /// What it waits for, in a runtime that is [traced](crate::trace).
    #[cfg(feature = "trace")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
    pub trace: Option<TaskTrace>,
}

/// What is known of a task in a runtime that is [traced](crate::trace).
#[cfg(feature = "trace")]
#[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskTrace {
    /// Whether it is a task, or something that the inspector counts as one.
    pub kind: TaskKind,
    /// What it was [called](crate::task::Builder::name).
    pub name: Option<Arc<str>>,
    /// How long ago its last poll was over; or, while it is in one, how long
    /// ago that began.
    pub since: Duration,
    /// How long its polls have taken, all together.
    pub busy: Duration,
    /// What it waits for: what it was told to wait for in its last poll.
    pub waits: Vec<Wait>,
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskState {
    /// It waits for a wake.
    Idle,
    /// It stands in a queue.
    Scheduled,
    /// It is being polled.
    Running,
}

/// A timer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimerInfo {
    /// When it will fire, rounded up to the wheel's tick.
    pub deadline: Instant,
}

/// Something the reactor watches.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SourceInfo {
    /// Its place in the reactor's list.
    pub token: usize,
    /// What it is: `"tcp listener"`, `"tcp stream"`, `"pipe"`, …
    pub kind: &'static str,
    /// What somebody waits for it to be ready for, in words; empty if nobody
    /// waits.
    pub interest: String,
    /// What it is taken to be ready for, in words.
    pub readiness: String,
}

/// The blocking pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockingInfo {
    /// Its threads.
    pub threads: usize,
    /// Those of them that wait for work.
    pub idle: usize,
    /// Work that waits for a thread.
    pub queued: usize,
}

impl TaskInfo {
    pub(crate) fn new(
        header: &Header,
        #[cfg_attr(not(feature = "trace"), expect(unused))] now: u64,
    ) -> Self {
        let state = match header.state.glance() {
            (true, _) => TaskState::Running,
            (false, true) => TaskState::Scheduled,
            (false, false) => TaskState::Idle,
        };
        Self {
            id: header.id,
            #[cfg(feature = "trace")]
            location: header.origin.location,
            state,
            #[cfg(feature = "trace")]
            polls: polls(header),
            #[cfg(feature = "trace")]
            age: Duration::from_nanos(now.saturating_sub(header.origin.born)),
            #[cfg(feature = "trace")]
            trace: header.origin.record.inspect(state == TaskState::Running),
        }
    }
}

#[cfg(feature = "trace")]
fn polls(header: &Header) -> u64 {
    let traced = header.origin.record.polls();
    traced.unwrap_or_else(|| header.origin.polls())
}

impl SourceInfo {
    pub(crate) fn new(token: usize, source: &Source) -> Self {
        Self {
            token,
            kind: source.kind(),
            interest: source.interest().to_string(),
            readiness: source.flags().to_string(),
        }
    }
}
