//! The pause before `accept` returns an error because the process has no descriptor left,
//! or the system no memory.
//!
//! If the process has no descriptor left, `accept` fails at once, and the next
//! call fails at once, too. The connection stays in the queue, so the listener
//! stays readable. A loop that logs the error and goes on would use a whole
//! processor. So each such error comes after a pause, which doubles with each
//! failure in a row.

use std::{
    io,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

const FIRST: Duration = Duration::from_millis(5);
const MOST: Duration = Duration::from_secs(1);

// ANCHOR: backoff
/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff(AtomicU32);

impl Backoff {
    /// The pause to make after an `accept` with this result.
    pub(super) fn pause_after<T>(&self, result: &io::Result<T>) -> Option<Duration> {
        match result {
            Err(error) if is_exhaustion(error) => Some(self.next_pause()),
            _ => {
                // Ordering: Relaxed, here and below. The count orders nothing. If
                // two tasks fail at once, one of them may not be counted.
                self.0.store(0, Relaxed);
                None
            }
        }
    }

    /// Counts a failure and returns the pause after it.
    pub(super) fn next_pause(&self) -> Duration {
        let failures = self.0.load(Relaxed);
        self.0.store(failures.saturating_add(1), Relaxed);
        FIRST.saturating_mul(1 << failures.min(10)).min(MOST)
    }
}
// ANCHOR_END: backoff

/// Whether the system has run out of descriptors or memory.
#[cfg(unix)]
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}

/// Whether the system has run out of descriptors or memory (`WSAEMFILE`,
/// `WSAENOBUFS`).
#[cfg(not(unix))]
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(10024 | 10055))
}

/// Whether the connection was closed before it was accepted. The listener goes
/// on to the next one.
pub(super) fn is_aborted(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
