//! Child processes, with their pipes on the reactor.
//!
//! On Unix the end of a child is noticed through `SIGCHLD`, and its pipes are
//! non-blocking. Elsewhere the end is looked for every 15 ms while somebody
//! waits for it, and the pipes are read and written on the blocking pool.

mod child;
mod command;
#[cfg(unix)]
#[path = "pipe_unix.rs"]
mod pipe;
#[cfg(not(unix))]
#[path = "pipe_pool.rs"]
mod pipe;

pub use child::Child;
pub use command::Command;
pub use pipe::{ChildStderr, ChildStdin, ChildStdout};
pub use std::process::{ExitStatus, Output, Stdio};
