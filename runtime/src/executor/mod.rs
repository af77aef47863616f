//! Executors: the loops that poll tasks.
//!
//! - [`current_thread`]: one thread, whose tasks never leave it.
//! - [`multi_thread`]: several threads that steal tasks from each other.
//! - [`thread_per_core`]: several `current_thread` executors that share nothing.
//!
//! They share these parts:
//!
//! - [`handle`]: a counted reference to a runtime, and the way to its queues.
//! - [`id_and_name`]: the id and the name of a runtime.
//! - [`context`]: which executor this thread is inside.
//! - [`run_task`]: one poll of a task.
//! - [`block_on_task`]: the future of `block_on`, woken and polled as a task.
//! - [`owned_tasks`]: the tasks that have not ended.
//! - [`after_shutdown`]: cancelling the tasks that come after the shutdown.
//! - [`weak_executor`]: how a task finds an executor that may have ended.
//! - [`driver`]: the reactor and the timers, which the loops poll and park on.
//! - [`settings`]: what the builder of a runtime sets in them.
//! - [`poll_counter`]: when a loop polls the driver, and when it takes tasks from other threads.
//! - [`park_thread`]: blocking a thread that runs no tasks.

mod after_shutdown;
mod block_on_task;
pub(crate) mod context;
pub(crate) mod current_thread;
mod driver;
mod handle;
mod id_and_name;
pub(crate) mod multi_thread;
mod owned_tasks;
pub(crate) mod park_thread;
mod poll_counter;
mod run_task;
mod settings;
pub(crate) mod thread_per_core;
mod weak_executor;

pub(crate) use driver::Driver;
pub use handle::Handle;
pub(crate) use handle::{HandleInner, Scheduler};
pub use id_and_name::Id;
pub(crate) use id_and_name::IdAndName;
pub(crate) use settings::Settings;
