//! What a task waits for, in types and in words.

use crate::{
    task::Id,
    time::{Duration, Instant},
};
use std::{fmt, panic::Location, sync::Arc};

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
                write!(f, "{what} {id} ({})", Place(spawned_at))
            }
            Self::AnyOf { many: 1, what } => write!(f, "the last of the {what}"),
            Self::AnyOf { many, what } => write!(f, "any of the {many} {what}"),
            Self::Sync { what, made_at } => write!(f, "{what} (made at {})", Place(made_at)),
            Self::Child { process } => write!(f, "child process {process}"),
            Self::Signal { number } => write!(f, "signal {number}"),
        }
    }
}

/// A place without its column, which only widens a table.
pub(super) struct Place(pub(super) &'static Location<'static>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}
