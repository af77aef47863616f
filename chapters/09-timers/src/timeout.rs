// ANCHOR: head
//! A time limit for a future.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use pinning::{Either, race};

use crate::sleep;
// ANCHOR_END: head

// ANCHOR: timeout
/// Waits for `future`, but at most for `limit`, counted from this call. If both are ready
/// at the same poll, `future` wins. A future that is late is dropped.
///
/// # Panics
///
/// If the thread has no current timers.
pub fn timeout<F: Future>(
    limit: Duration,
    future: F,
) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let deadline = sleep(limit);
    async {
        match race(future, deadline).await {
            Either::Left(output) => Ok(output),
            Either::Right(()) => Err(Elapsed),
        }
    }
}
// ANCHOR_END: timeout

// ANCHOR: rest
/// The future was not ready at its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the deadline has passed")
    }
}

impl Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(elapsed: Elapsed) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, elapsed)
    }
}
// ANCHOR_END: rest
