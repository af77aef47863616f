//! What every task waits for, and since when (feature `trace`).
//!
//! A program that hangs waits for something that does not come. [`dump()`]
//! says what that is: for each task where it was spawned, what it is doing,
//! and everything that it waits for. [`stuck`] leaves those out that have not
//! waited long. [`Handle::dump`](crate::runtime::Handle::dump) does the same
//! from another thread, also when the runtime's own is held up by a task that
//! does not give way.
//!
//! A runtime is traced if it was built with
//! [`Builder::enable_trace`](crate::runtime::Builder::enable_trace), for which
//! `#[wakeful::main]` has no key. That costs
//! each poll two looks at the clock and some bookkeeping: fractions of a
//! microsecond. Without the feature there is nothing to pay, for there is
//! nothing there.
//!
//! ```
//! use std::time::Duration;
//! use wakeful::{runtime::Builder, sync::mpsc, task, time::sleep, trace};
//!
//! let runtime = Builder::new_current_thread().enable_trace().build()?;
//! runtime.block_on(async {
//!     // It keeps a sender, and so waits for ever.
//!     let (sender, mut receiver) = mpsc::channel::<u8>(1);
//!     let reader = task::Builder::new().name("reader").spawn_local(async move {
//!         let _kept = sender;
//!         receiver.recv().await
//!     });
//!     sleep(Duration::from_millis(5)).await;
//!
//!     let dump = trace::stuck(Duration::from_millis(1)).expect("a traced runtime");
//!     println!("{dump}");
//!     let [task] = &dump.tasks[..] else { panic!("one is stuck") };
//!     assert_eq!(task.id, reader.id());
//!     let waits = &task.trace.as_ref().expect("a traced runtime").waits;
//!     assert!(waits[0].on.to_string().starts_with("mpsc receive (made at "));
//! });
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! prints
//!
//! ```text
//! task      spawned at       state  for      polls  waits for
//! 2 reader  src/main.rs:10  idle   5.10 ms  1      mpsc receive (made at src/main.rs:8), for 5.10 ms
//! ```
//!
//! # tokio-console
//! With the feature `tracing`, every runtime's tasks are `tracing` spans in the
//! shapes that tokio-console reads, with their names, places, polls and wakers:
//! install its subscriber (`console-subscriber`), and look. Whether a subscriber
//! listens is `tracing`'s own switch, and no other is needed.
//!
//! # What is seen
//! The futures of this crate that wait for something themselves say so in
//! each poll; combinators like [`join!`](crate::join!) and
//! [`select!`](crate::select!), which poll what they have inside, need say
//! nothing. So what is shown is what the task was told to wait for in its last
//! poll; of a [scope](crate::scope) or a [`FuturesUnordered`], which polls only
//! those that were woken, what each was told in its own last poll, up to 64 of
//! them. A [`JoinSet`] says how many tasks it has. Two things follow. A future of
//! somebody else's, woken by somebody else, is not seen: the task waits for
//! `nothing of this runtime's`. And of a collection of another crate's that
//! polls only what was woken, only that part is seen.
//!
//! On a thread per core, each core but the first runs a future of the runtime's
//! own in the place of `block_on`'s. It is in every dump, and waits for a
//! `CancellationToken`: the end of the runtime.
//!
//! [`FuturesUnordered`]: crate::group::FuturesUnordered
//! [`JoinSet`]: crate::task::JoinSet
//!
//! Inside: `leaf` is what the leaves say, `record` where that is kept, `tracer`
//! the tasks of a runtime, `wait` and `dump` what is made of it; `nothing.rs`
//! stands in for all of it when the feature is off.
//! `span` is what tokio-console reads, and `silent.rs` stands in for that.

mod dump;
mod leaf;
mod parts;
mod record;
#[cfg(not(feature = "tracing"))]
mod silent;
#[cfg(feature = "tracing")]
mod span;
mod tracer;
mod wait;

pub use crate::inspect::TaskTrace;
pub use dump::Dump;
pub use wait::{TaskKind, TimerKind, Wait, WaitsFor};

#[cfg(unix)]
pub(crate) use leaf::as_signal;
#[cfg(not(unix))]
pub(crate) use leaf::note_signal;
pub(crate) use leaf::{
    Label, Name, ResourceName, as_child, as_timer, note_any, note_input, note_io, note_label,
    note_no_turn, note_task, note_time, part, unsaid,
};
pub(crate) use parts::Parts;
pub(crate) use record::{Record, polling};
#[cfg(not(feature = "tracing"))]
pub(crate) use silent::{WakerOp, waker};
#[cfg(feature = "tracing")]
pub(crate) use span::{Place, close, open};
#[cfg(feature = "tracing")]
pub(crate) use span::{WakerOp, waker};
pub(crate) use tracer::{NameGuard, Tracer, take_name};

use crate::{runtime::Handle, time::Duration};
use std::{error::Error, fmt};

/// What every task of this thread's runtime is doing and waits for. Takes time
/// in proportion to the number of tasks.
///
/// # Errors
/// Outside of a runtime, and in one that is not traced.
pub fn dump() -> Result<Dump, Untraced> {
    Handle::try_current()
        .map_err(|_| Untraced::NoRuntime)?
        .dump()
}

/// Those tasks of this thread's runtime that have waited for something, have
/// been in a queue, or have been in one poll for longer than that.
///
/// # Errors
/// As [`dump`].
pub fn stuck(longer_than: Duration) -> Result<Dump, Untraced> {
    Ok(dump()?.stuck(longer_than))
}

/// Why there is nothing to dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Untraced {
    /// This thread is inside of no runtime.
    NoRuntime,
    /// The runtime is not traced.
    NotEnabled,
}

impl fmt::Display for Untraced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRuntime => {
                "there is no runtime here to dump: call this inside of one, or use `Handle::dump`"
            }
            Self::NotEnabled => "this runtime is not traced: build it with `Builder::enable_trace`",
        })
    }
}

impl Error for Untraced {}

/// Every task of a traced runtime.
pub(crate) fn of(tracer: Option<&Tracer>) -> Result<Dump, Untraced> {
    let tasks = tracer.ok_or(Untraced::NotEnabled)?.inspect();
    Ok(Dump { tasks })
}
