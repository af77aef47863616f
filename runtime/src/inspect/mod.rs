//! A snapshot of a running runtime: its tasks, timers, sockets and blocking pool.

#[cfg(feature = "taskdump")]
pub(crate) mod dump;

#[cfg(feature = "taskdump")]
pub use crate::taskdump::TaskTrace;
use crate::{
    executor::Handle,
    executor::context::{self, ExecutorContext},
    reactor::ScheduledIoState,
    task::{Header, Id},
    time::Instant,
};
#[cfg(feature = "taskdump")]
use std::{panic::Location, time::Duration};

/// Takes a snapshot of this thread's runtime. The cost is linear in the number of
/// tasks, timers and sockets.
///
/// Returns `None` outside a runtime. It also returns `None` for a current-thread or
/// thread-per-core runtime on a thread that does not run its tasks, because only the
/// owner's thread can read them.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let task = wakeful::spawn_local(std::future::pending::<()>());
///     wakeful::task::yield_now().await;
///     let snapshot = wakeful::inspect().expect("inside of a runtime");
///     assert_eq!(snapshot.tasks[0].id, task.id());
///     # #[cfg(feature = "taskdump")]
///     assert_eq!(snapshot.tasks[0].location.file(), file!());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn inspect() -> Option<Snapshot> {
    context::with(|current| {
        Some(match current? {
            ExecutorContext::Local(executor) => {
                Snapshot::new(executor.handle(), |visit| executor.for_each_task(visit))
            }
            ExecutorContext::Worker(worker) => Snapshot::new(worker.handle(), |visit| {
                worker.shared().for_each_task(visit);
            }),
            ExecutorContext::HandedOff(handle) | ExecutorContext::Handle(handle) => {
                let shared = handle.multi_thread()?;
                Snapshot::new(handle, |visit| shared.for_each_task(visit))
            }
        })
    })
}

/// A runtime at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// Every task that has not ended, from the moment when it first waits. With the
    /// feature `taskdump`, from its spawn. The future of `block_on` is not a task.
    pub tasks: Vec<TaskInfo>,
    /// Every timer that has not fired.
    pub timers: Vec<TimerInfo>,
    /// Every source that is registered with the reactor.
    pub sources: Vec<SourceInfo>,
    /// The blocking pool.
    pub blocking: BlockingInfo,
}

/// A task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// The task's id.
    pub id: Id,
    /// Where the task was spawned. With the feature `taskdump`.
    #[cfg(feature = "taskdump")]
    pub location: &'static Location<'static>,
    /// Its state.
    pub state: TaskState,
    /// How many times it was polled. With the feature `taskdump`.
    #[cfg(feature = "taskdump")]
    pub polls: u64,
    /// The time since its spawn, which the runtime reads once for each turn of the
    /// driver. With the feature `taskdump`.
    #[cfg(feature = "taskdump")]
    pub age: Duration,
    /// The things that it waits for, if the runtime has [task dumps](crate::taskdump).
    #[cfg(feature = "taskdump")]
    #[cfg_attr(docsrs, doc(cfg(feature = "taskdump")))]
    pub trace: Option<TaskTrace>,
}

/// The state of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskState {
    /// It waits for a wake.
    Idle,
    /// It is in a queue.
    Scheduled,
    /// It is being polled.
    Running,
}

/// A timer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimerInfo {
    /// When it fires, rounded up to a tick of the timer wheel.
    pub deadline: Instant,
}

/// A source that is registered with the reactor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SourceInfo {
    /// Its index in the reactor's list.
    pub token: usize,
    /// The kind of source: `"tcp listener"`, `"tcp stream"`, `"pipe"`, …
    pub kind: &'static str,
    /// The readiness that tasks wait for, in words. Empty if no task waits.
    pub interest: String,
    /// The readiness that the runtime knows of, in words.
    pub readiness: String,
}

/// The blocking pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockingInfo {
    /// The number of threads.
    pub threads: usize,
    /// The number of threads that wait for work.
    pub idle: usize,
    /// The amount of work that waits for a thread.
    pub queued: usize,
}

impl Snapshot {
    /// `tasks` passes every task to the function that it gets.
    fn new(handle: &Handle, tasks: impl FnOnce(&mut dyn FnMut(&Header))) -> Self {
        let timers = handle.timers();
        let now = timers.clock().nanos();
        let mut infos = Vec::new();
        tasks(&mut |header| infos.push(TaskInfo::new(header, now)));
        let deadlines = timers.deadlines().into_iter();
        let blocking = handle.blocking().load();
        let sources = handle.reactor().inspect();
        Self {
            tasks: infos,
            timers: deadlines.map(|deadline| TimerInfo { deadline }).collect(),
            sources: sources.iter().map(SourceInfo::new).collect(),
            blocking: BlockingInfo {
                threads: blocking.threads,
                idle: blocking.idle,
                queued: blocking.queued,
            },
        }
    }
}

impl TaskInfo {
    fn new(
        header: &Header,
        #[cfg_attr(not(feature = "taskdump"), expect(unused))] now: u64,
    ) -> Self {
        let state = match header.state.snapshot() {
            (true, _) => TaskState::Running,
            (false, true) => TaskState::Scheduled,
            (false, false) => TaskState::Idle,
        };
        Self {
            id: header.id,
            #[cfg(feature = "taskdump")]
            location: header.stats.location,
            state,
            #[cfg(feature = "taskdump")]
            polls: polls(header),
            #[cfg(feature = "taskdump")]
            age: Duration::from_nanos(now.saturating_sub(header.stats.created_at)),
            #[cfg(feature = "taskdump")]
            trace: header.stats.record.inspect(state == TaskState::Running),
        }
    }
}

#[cfg(feature = "taskdump")]
fn polls(header: &Header) -> u64 {
    let recorded = header.stats.record.polls();
    recorded.unwrap_or_else(|| header.stats.polls())
}

impl SourceInfo {
    fn new(scheduled_io: &ScheduledIoState) -> Self {
        Self {
            token: scheduled_io.index,
            kind: scheduled_io.kind,
            interest: scheduled_io.interest.to_string(),
            readiness: scheduled_io.readiness.to_string(),
        }
    }
}
