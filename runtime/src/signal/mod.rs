//! Signals: Ctrl-C everywhere, the others on Unix.
//!
//! A signal handler may do almost nothing, so it writes a byte to a pipe that
//! the reactor watches (D. J. Bernstein's self-pipe). The handler itself is
//! signal-hook's, which lets several listeners share a signal.

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
pub use kind::SignalKind;
#[cfg(not(unix))]
use listener::signal;
#[cfg(unix)]
pub use listener::{Signal, signal};

/// Signals of Unix, by tokio's path.
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
/// From the first poll on, Ctrl-C no longer ends the process, also after this
/// future is done or dropped: a program that has waited once must go on to
/// wait, or end by itself. A Ctrl-C that comes between two waits ends the second
/// at once.
///
/// On Windows the handler runs in a thread of the system's, which wakes the
/// task directly.
///
/// # Errors
/// When the handler cannot be installed, or the pipe it writes to cannot be
/// made.
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
    let mut signal = signal(SIGINT)?;
    signal.go_on_from_last();
    signal.recv().await?;
    signal.hand_out();
    Ok(())
}
