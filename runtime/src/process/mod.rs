//! Child processes.
//!
//! | | on Unix | on Windows |
//! |---|---|---|
//! | the end of a child | `SIGCHLD` reports it | a waiting task looks every 15 ms |
//! | its pipes | non-blocking, on the reactor | read and written on the blocking pool |

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
