//! The types that say what a task waits for, and how they print.

use crate::{
    task::Id,
    time::{Duration, Instant},
};
use std::{fmt, panic::Location, sync::Arc};

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

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time { timer, until } => {
                let left = until.duration_since(Instant::now());
                let left = super::dump::Short(left);
                match timer {
                    TimerKind::Sleep => write!(f, "a sleep that ends in {left}"),
                    TimerKind::Timeout => write!(f, "a timeout in {left}"),
                    TimerKind::Interval => write!(f, "an interval's tick in {left}"),
                }
            }
            Self::Io {
                what,
                name,
                writable,
            } => {
                let ready = if *writable { "writable" } else { "readable" };
                write!(f, "{ready}: {what}")?;
                name.iter().try_for_each(|name| write!(f, " {name}"))
            }
            Self::Task {
                id,
                kind,
                spawned_at,
            } => {
                let what = match kind {
                    TaskKind::Blocking => "blocking work",
                    _ => "JoinHandle of task",
                };
                write!(f, "{what} {id} ({})", FileLine(spawned_at))
            }
            Self::AnyOf { many: 1, what } => write!(f, "the last of the {what}"),
            Self::AnyOf { many, what } => write!(f, "any of the {many} {what}"),
            Self::Sync { what, made_at } => write!(f, "{what} (made at {})", FileLine(made_at)),
            Self::Child { process } => write!(f, "child process {process}"),
            Self::Signal { number } => write!(f, "signal {number}"),
        }
    }
}

/// Prints a location without its column, which would only widen the table.
pub(super) struct FileLine(pub(super) &'static Location<'static>);

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}
