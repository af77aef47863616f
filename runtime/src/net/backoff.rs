//! What a listener does when the system has no room for another connection.
//!
//! With no descriptor left, `accept` fails at once, and again at once: the
//! connection stays in the queue and the listener stays readable. A loop that
//! logs the error and goes on would then use a whole processor. So the error
//! is returned each time, but not before a pause has passed that doubles with
//! each failure in a row.

use std::{
    io,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

const FIRST: Duration = Duration::from_millis(5);
const MOST: Duration = Duration::from_secs(1);

/// Failures in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff(AtomicU32);

impl Backoff {
    /// How to go on after an `accept` with this result.
    pub(super) fn pause_after<T>(&self, result: &io::Result<T>) -> Option<Duration> {
        match result {
            Err(error) if is_exhaustion(error) => Some(self.next_pause()),
            _ => {
                // Ordering: Relaxed; a count that orders nothing.
                self.0.store(0, Relaxed);
                None
            }
        }
    }

    /// How long to wait after one more failure.
    pub(super) fn next_pause(&self) -> Duration {
        // Ordering: as above.
        let failures = self.0.load(Relaxed);
        self.0.store(failures.saturating_add(1), Relaxed);
        FIRST.saturating_mul(1 << failures.min(10)).min(MOST)
    }
}

/// Whether the system, and not this connection, is the reason.
#[cfg(unix)]
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}

/// `WSAEMFILE` and `WSAENOBUFS`.
#[cfg(not(unix))]
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(10024 | 10055))
}

/// Whether the connection was gone before it was accepted: the next one may be
/// fine, and there is nothing to tell.
pub(super) fn is_stillborn(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
