//! Shows what every task waits for, and since when (feature `taskdump`).
//!
//! A program that hangs waits for something that does not come. [`dump()`] says
//! what that is. For each task it shows where the task was spawned, what it is
//! doing, and everything that it waits for. [`stuck`] shows only the tasks that
//! have waited long. [`Handle::dump`](crate::runtime::Handle::dump) makes the same
//! table from another thread, even while a task blocks the runtime's own thread.
//!
//! A runtime has task dumps if it was built with
//! [`Builder::enable_taskdump`](crate::runtime::Builder::enable_taskdump).
//! `#[wakeful::main]` has no key for that. Recording costs each poll two readings
//! of the clock and some bookkeeping, together less than a microsecond. Without
//! the feature it costs nothing.
//!
//! ```
//! use std::time::Duration;
//! use wakeful::{runtime::Builder, sync::mpsc, task, time::sleep, taskdump};
//!
//! let runtime = Builder::new_current_thread().enable_taskdump().build()?;
//! runtime.block_on(async {
//!     // The task keeps a sender, so it waits for ever.
//!     let (sender, mut receiver) = mpsc::channel::<u8>(1);
//!     let reader = task::Builder::new().name("reader").spawn_local(async move {
//!         let _kept = sender;
//!         receiver.recv().await
//!     });
//!     sleep(Duration::from_millis(5)).await;
//!
//!     let dump = taskdump::stuck(Duration::from_millis(1)).expect("a runtime with task dumps");
//!     println!("{dump}");
//!     let [task] = &dump.tasks[..] else { panic!("one is stuck") };
//!     assert_eq!(task.id, reader.id());
//!     let waits = &task.trace.as_ref().expect("a runtime with task dumps").waits;
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
//! With the feature `tracing`, the tasks of every runtime are `tracing` spans in
//! the form that tokio-console reads. The spans have the tasks' names, locations,
//! polls and wakers. Install the console's subscriber (`console-subscriber`) to
//! see them. The runtime needs no other setting.
//!
//! # What is seen
//! The leaf futures of this crate record what they wait for in each poll.
//! Combinators like [`join!`](crate::join!) and [`select!`](crate::select!) only
//! poll their leaves. So a dump shows the waits that the task's last poll recorded.
//!
//! A [scope](crate::scope) or a [`FuturesUnordered`] polls only the members that
//! were woken. A dump shows the last waits of each member, up to 64 of them. A
//! [`JoinSet`] shows how many tasks it has.
//!
//! Two kinds of waits are not visible:
//!
//! - A leaf future of another crate records no wait. A task that waits only for
//!   such a future shows `something outside this runtime`.
//! - If a collection of another crate polls only some members, only these have
//!   recorded waits.
//!
//! A thread-per-core runtime runs a future of its own on each core except the
//! first. It is in every dump, and it waits for the end of the
//! runtime.
//!
//! [`FuturesUnordered`]: crate::group::FuturesUnordered
//! [`JoinSet`]: crate::task::JoinSet
//!
//! Inside: leaf futures call the functions of `leaf`, `record` keeps their waits,
//! and `members` keeps those of a group. `hooks/task_registry.rs` lists the tasks of a
//! runtime, and `inspect/dump.rs` prints the result. `noop.rs` replaces all of this when the
//! feature is off. `span` is for tokio-console, and `noop_span.rs` replaces it when
//! the feature `tracing` is off.

mod leaf;
mod members;
mod name;
#[cfg(not(feature = "tracing"))]
mod noop_span;
mod record;
#[cfg(feature = "tracing")]
mod span;
mod task_stats;
mod wait;

// For users, by their public paths: these live in a higher layer.
pub use crate::inspect::dump::{Dump, DumpError, dump, stuck};

pub use wait::{TaskKind, TaskTrace, TimerKind, Wait, WaitsFor};

pub(crate) use leaf::record_signal;
pub(crate) use leaf::{
    IoResource, Name, NamedResource, Resource, as_child, as_timer, discard_waits, record_any,
    record_input, record_io, record_join, record_no_budget, record_resource, record_timer,
    withdraw_if_ready,
};
pub(crate) use members::MemberWaits;
pub(crate) use name::{NameGuard, take_name};
#[cfg(not(feature = "tracing"))]
pub(crate) use noop_span::{WakerOp, waker};
pub(crate) use record::{Record, RecordSink, enter_poll};
#[cfg(feature = "tracing")]
pub(crate) use span::{SpanSlot, close, open};
#[cfg(feature = "tracing")]
pub(crate) use span::{WakerOp, waker};
pub(crate) use task_stats::TaskStats;
