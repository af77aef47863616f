//! What a task waits for, in types and in words.

use crate::{clock::Instant, id::Id};
use std::{panic::Location, sync::Arc, time::Duration};

/// One of the things that a task waits for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wait {
    /// What that is.
    pub on: WaitsFor,
    /// For how long it has waited for it. A task that is polled meanwhile, for
    /// another reason, goes on waiting.
    pub since: Duration,
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitsFor {
    /// A moment.
    Time {
        /// What for.
        timer: TimerKind,
        /// When that is.
        until: Instant,
    },
    /// A socket, a pipe or another descriptor to be ready.
    Io {
        /// What it is: `"tcp stream"`, `"pipe"`, …
        what: &'static str,
        /// Its addresses, if it has some and the system told them.
        name: Option<Arc<str>>,
        /// Whether there is to be room to write; else there is to be something
        /// to read.
        writable: bool,
    },
    /// The end of another task, or of work on the blocking pool.
    Task {
        /// Its name.
        id: Id,
        /// Which of both it is.
        kind: TaskKind,
        /// Where it was spawned.
        spawned_at: &'static Location<'static>,
    },
    /// Any of those who are waited for together, each polled when it was woken.
    AnyOf {
        /// How many there are.
        many: usize,
        /// What they are: `"tasks of a JoinSet"`, …
        what: &'static str,
    },
    /// A thing of [`sync`](crate::sync).
    Sync {
        /// What it is, and what is wanted of it: `"Mutex"`, `"mpsc receive"`, …
        what: &'static str,
        /// Where it was made.
        made_at: &'static Location<'static>,
    },
    /// The end of a child process.
    Child {
        /// Its number.
        process: u32,
    },
    /// A signal.
    Signal {
        /// Its number.
        number: i32,
    },
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimerKind {
    /// [`sleep`](crate::time::sleep) and [`sleep_until`](crate::time::sleep_until).
    Sleep,
    /// [`timeout`](crate::time::timeout), which waits for its future besides.
    Timeout,
    /// [`interval`](crate::time::interval).
    Interval,
}

/// What runs as a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskKind {
    /// A future that was spawned.
    #[default]
    Task,
    /// Work on the blocking pool.
    Blocking,
    /// The future of [`block_on`](crate::Runtime::block_on).
    BlockOn,
}

/// What is known of a task in a runtime that is [traced](crate::trace).
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
