//! Signals: Ctrl-C on every system, the others on Unix.
//!
//! A signal handler may do very little. On Unix it counts the signal and writes
//! a byte to a pipe that the reactor watches (D. J. Bernstein's self-pipe). The
//! crate signal-hook lets several handlers share a signal.

mod count;
#[cfg(unix)]
mod kind;
#[cfg(unix)]
#[path = "unix.rs"]
mod listener;
#[cfg(not(unix))]
#[path = "thread.rs"]
mod listener;
#[cfg(unix)]
mod pipe;

#[cfg(unix)]
pub use kind::SignalKind;
#[cfg(not(unix))]
use listener::signal;
#[cfg(unix)]
pub use listener::{Signal, signal};

/// Unix signals, under tokio's path.
#[cfg(unix)]
pub mod unix {
    pub use super::{Signal, SignalKind, signal};
}

use std::io;

#[cfg(unix)]
use libc::SIGINT;
#[cfg(not(unix))]
use signal_hook::consts::SIGINT;

/// Waits for the user to press Ctrl-C.
///
/// From the first poll on, Ctrl-C no longer ends the process, even after this
/// future is done or dropped. So a program that has waited once must go on to
/// wait, or end by itself.
///
/// As in tokio, a press counts from the moment when the runtime notices it, the
/// next time it looks for events. A press that the runtime has noticed while no
/// `ctrl_c` was waiting is dropped. A press between two waits with no look in
/// between ends the second wait at once. To miss no press, keep one future and
/// poll it again, or use `signal::unix::signal`.
///
/// On Windows, the system calls the handler on a thread of its own. Only a
/// press during a wait counts.
///
/// # Errors
/// When the handler cannot be installed, the system has no descriptors left for
/// a pipe, or the runtime has shut down.
///
/// # Panics
/// On Unix, outside a runtime.
///
/// ```no_run
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(wakeful::signal::ctrl_c())?;
/// println!("good bye");
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn ctrl_c() -> io::Result<()> {
    signal(SIGINT)?.recv().await
}
