//! The types that say what a task waits for. `inspect/dump.rs` prints them.

use crate::{clock::Instant, id::Id};
use std::{panic::Location, sync::Arc, time::Duration};

/// One thing that a task waits for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wait {
    /// What the task waits for.
    pub on: WaitsFor,
    /// How long the task has waited for it. A poll for another reason does not
    /// end the wait.
    pub since: Duration,
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitsFor {
    /// A moment.
    Time {
        /// The kind of timer.
        timer: TimerKind,
        /// The moment.
        until: Instant,
    },
    /// A socket, a pipe or another descriptor to be ready.
    Io {
        /// The kind of resource: `"tcp stream"`, `"pipe"`, …
        what: &'static str,
        /// Its addresses, if it has any and the system reported them.
        name: Option<Arc<str>>,
        /// True if the task wants to write, false if it wants to read.
        writable: bool,
    },
    /// The end of another task, or of work on the blocking pool.
    Task {
        /// The id of that task.
        id: Id,
        /// Whether it is a task or blocking work.
        kind: TaskKind,
        /// Where it was spawned.
        spawned_at: &'static Location<'static>,
    },
    /// Any future of a collection that polls only the members that were woken.
    AnyOf {
        /// The number of members.
        many: usize,
        /// What the members are: `"tasks of a JoinSet"`, …
        what: &'static str,
    },
    /// A primitive of [`sync`](crate::sync).
    Sync {
        /// The primitive and the operation: `"Mutex"`, `"mpsc receive"`, …
        what: &'static str,
        /// Where the primitive was created.
        made_at: &'static Location<'static>,
    },
    /// The end of a child process.
    Child {
        /// The id of the process.
        process: u32,
    },
    /// A signal.
    Signal {
        /// The number of the signal.
        number: i32,
    },
}

/// The kind of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimerKind {
    /// [`sleep`](crate::time::sleep) and [`sleep_until`](crate::time::sleep_until).
    Sleep,
    /// [`timeout`](crate::time::timeout). The task also waits for its future.
    Timeout,
    /// [`interval`](crate::time::interval).
    Interval,
}

/// The kind of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskKind {
    /// A spawned future.
    #[default]
    Task,
    /// Work on the blocking pool.
    Blocking,
    /// The future of [`block_on`](crate::Runtime::block_on).
    BlockOn,
}

/// What is known of a task in a runtime with [task dumps](crate::taskdump).
#[cfg_attr(docsrs, doc(cfg(feature = "taskdump")))]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskTrace {
    /// Whether it is a task, or something that the inspector counts as one.
    pub kind: TaskKind,
    /// What it was [called](crate::task::Builder::name).
    pub name: Option<Arc<str>>,
    /// The time since its last poll ended. If it is in a poll now, the time since that
    /// poll began.
    pub since: Duration,
    /// How long its polls have taken, all together.
    pub busy: Duration,
    /// The waits that it recorded in its last poll.
    pub waits: Vec<Wait>,
}
