//! Executors: what polls tasks.
//!
//! - [`current_thread`]: one thread, whose tasks never leave it.
//! - [`multi_thread`]: several threads that share their tasks by stealing.
//! - [`thread_per_core`]: several local executors that share nothing.
//! - [`driver`]: the sockets and timers that a thread waits for when no task
//!   is ready.
//! - [`owned_tasks`]: the tasks that have not ended.
//! - [`stable_slot`]: how a task finds its executor, which it may outlive.
//! - [`context`]: which executor this thread is running.
//! - [`run_task`]: one turn of a task.

pub(crate) mod context;
pub(crate) mod current_thread;
mod driver;
mod handle;
pub(crate) mod multi_thread;
mod owned_tasks;
pub(crate) mod park_thread;
mod run_task;
mod stable_slot;
pub(crate) mod thread_per_core;

pub(crate) use driver::Driver;
pub use handle::Handle;
pub(crate) use handle::{HandleInner, Scheduler};

/// How many polls may pass before sockets, timers and other threads get a
/// look. A look costs a system call; tokio found this number to be a good
/// price, and that it is odd and prime keeps it out of step with patterns in
/// the load.
const POLLS_A_TURN: u32 = 61;
