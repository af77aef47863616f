//! [`Dump`]: a table of what every task does and what it waits for.

use super::{TaskInfo, TaskState, TaskTrace};
use crate::{
    executor::Handle,
    hooks::Hooks,
    taskdump::{TaskKind, TimerKind, WaitsFor},
    time::{Duration, Instant},
};
use std::{
    error::Error,
    fmt::{self, Write},
    panic::Location,
};

/// The tasks of one runtime at one moment, in the order of their ids. Made by
/// [`dump`](dump()), [`stuck`](stuck()) and
/// [`Handle::dump`](crate::runtime::Handle::dump).
///
/// Its `Display` prints a table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dump {
    /// The tasks. The [`trace`](TaskInfo::trace) of each is present.
    pub tasks: Vec<TaskInfo>,
}

impl Dump {
    /// Keeps only the tasks that have waited for something, have been in a
    /// queue, or have been in one poll for longer than `longer_than`.
    ///
    /// A long wait is not always a fault. A server's task, for example, waits for
    /// the next request for as long as no request comes.
    #[must_use]
    pub fn stuck(mut self, longer_than: Duration) -> Self {
        self.tasks.retain(|task| {
            let Some(trace) = &task.trace else {
                return false;
            };
            let waited = trace.waits.iter().map(|wait| wait.since);
            let waited = match task.state {
                TaskState::Idle => waited.max(),
                _ => None,
            };
            waited.unwrap_or_default().max(trace.since) > longer_than
        });
        self
    }
}

/// Prints a duration with three digits, in the unit that fits it.
struct Short(Duration);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let nanos = self.0.as_nanos();
        let (unit, name) = match nanos {
            _ if seconds >= 3600 => {
                return f.pad(&format!("{} h {} min", seconds / 3600, seconds / 60 % 60));
            }
            _ if seconds >= 60 => {
                return f.pad(&format!("{} min {} s", seconds / 60, seconds % 60));
            }
            1_000_000_000.. => (1_000_000_000, "s"),
            1_000_000.. => (1_000_000, "ms"),
            1_000.. => (1_000, "µs"),
            _ => return f.pad(&format!("{nanos} ns")),
        };
        let whole = nanos / unit;
        let digits = if whole >= 100 {
            0
        } else if whole >= 10 {
            1
        } else {
            2
        };
        // The figure is cut, not rounded, so 999.9 ms does not print as a second.
        let scale = 10_u128.pow(digits);
        let fraction = nanos % unit * scale / unit;
        let width = digits as usize;
        f.pad(&match digits {
            0 => format!("{whole} {name}"),
            _ => format!("{whole}.{fraction:0width$} {name}"),
        })
    }
}

const HEADS: [&str; 6] = ["task", "spawned at", "state", "for", "polls", "waits for"];

fn cells(task: &TaskInfo, trace: &TaskTrace) -> [String; 5] {
    let name = match (&trace.name, trace.kind) {
        (Some(name), _) => format!("{} {name}", task.id),
        (None, TaskKind::Task) => task.id.to_string(),
        (None, TaskKind::Blocking) => format!("{} (blocking)", task.id),
        (None, TaskKind::BlockOn) => format!("{} (block_on)", task.id),
    };
    let state = match task.state {
        TaskState::Idle => "idle",
        TaskState::Scheduled => "scheduled",
        TaskState::Running => "running",
    };
    [
        name,
        FileLine(task.location).to_string(),
        state.to_owned(),
        Short(trace.since).to_string(),
        task.polls.to_string(),
    ]
}

/// Prints the waits of an idle task, one line for each.
fn waits(task: &TaskInfo, trace: &TaskTrace) -> Vec<String> {
    if task.state != TaskState::Idle {
        return vec![String::new()];
    }
    if trace.waits.is_empty() {
        return vec!["something outside this runtime".to_owned()];
    }
    let waits = trace.waits.iter();
    waits
        .map(|wait| format!("{}, for {}", wait.on, Short(wait.since)))
        .collect()
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dumped = self.tasks.iter();
        let rows: Vec<_> = dumped
            .filter_map(|task| {
                let trace = task.trace.as_ref()?;
                Some((cells(task, trace), waits(task, trace)))
            })
            .collect();
        let width = |column: usize| {
            let cells = rows.iter().map(|(cells, _)| cells[column].chars().count());
            cells.chain([HEADS[column].len()]).max().unwrap_or_default()
        };
        let widths: Vec<_> = (0..5).map(width).collect();
        let line = |f: &mut fmt::Formatter<'_>, cells: [&str; 5], last: &str| -> fmt::Result {
            let mut line = String::new();
            for (cell, &width) in cells.iter().zip(&widths) {
                write!(line, "{cell:width$}  ")?;
            }
            line += last;
            writeln!(f, "{}", line.trim_end())
        };
        let [heads @ .., last] = HEADS;
        line(f, heads, last)?;
        for (cells, waits) in &rows {
            let mut cells = cells.each_ref().map(String::as_str);
            for wait in waits {
                line(f, cells, wait)?;
                cells = [""; 5];
            }
        }
        Ok(())
    }
}

impl Handle {
    /// Shows what every task of this runtime does and waits for. Any thread may call this.
    /// See [`taskdump`](crate::taskdump).
    ///
    /// # Errors
    /// If the runtime was built without task dumps.
    ///
    /// ```
    /// use wakeful::runtime::Builder;
    ///
    /// let runtime = Builder::new_current_thread().enable_taskdump().build()?;
    /// let handle = runtime.handle().clone();
    /// // The runtime's thread is held up; this one is not.
    /// let watchdog = move || handle.dump().expect("a runtime with task dumps");
    /// let dump = runtime.block_on(async { std::thread::spawn(watchdog).join() });
    /// println!("{}", dump.expect("no panic"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "taskdump")))]
    pub fn dump(&self) -> Result<Dump, DumpError> {
        let hooks = self.hooks().as_deref();
        let task_registry = hooks
            .and_then(Hooks::task_registry)
            .ok_or(DumpError::NotEnabled)?;
        let now = task_registry.now();
        let mut tasks = Vec::new();
        task_registry.for_each_task(|header| tasks.push(TaskInfo::new(header, now)));
        Ok(Dump { tasks })
    }
}

/// Shows what every task of this thread's runtime does and what it waits for.
/// The cost is linear in the number of tasks.
///
/// # Errors
/// Outside a runtime, and in a runtime without task dumps.
pub fn dump() -> Result<Dump, DumpError> {
    Handle::try_current()
        .map_err(|_| DumpError::NoRuntime)?
        .dump()
}

/// Shows the tasks of this thread's runtime that have waited for something, have
/// been in a queue, or have been in one poll for longer than `longer_than`.
///
/// # Errors
/// Those of [`dump`](dump()).
pub fn stuck(longer_than: Duration) -> Result<Dump, DumpError> {
    Ok(dump()?.stuck(longer_than))
}

/// Why a dump is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DumpError {
    /// This thread is not inside a runtime.
    NoRuntime,
    /// The runtime was built without task dumps.
    NotEnabled,
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRuntime => {
                "this thread is not inside a runtime: call this inside one, or use `Handle::dump`"
            }
            Self::NotEnabled => {
                "this runtime has no task dumps: build it with `Builder::enable_taskdump`"
            }
        })
    }
}

impl Error for DumpError {}

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time { timer, until } => {
                let left = until.duration_since(Instant::now());
                let left = Short(left);
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
struct FileLine(&'static Location<'static>);

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}
