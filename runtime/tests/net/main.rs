//! The promises in the documentation of the sockets, on real sockets: readiness, own
//! operations, and the methods that try once.
#![cfg(not(any(loom, miri)))]

#[cfg(unix)]
mod async_fd;
mod datagrams;
mod options;
#[cfg(unix)]
mod pipes;
mod streams;
#[cfg(unix)]
mod unix;

use std::{future::Future, io, time::Duration};
use wakeful::{Runtime, task::yield_now, time::timeout};

/// Runs a test on a new runtime, with a time limit.
fn run<F: Future>(test: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), test).await });
    limited.expect("the test waits in vain")
}

/// Lets the reactor report what has happened so far. Each yield polls it.
async fn settle() {
    for _ in 0..3 {
        yield_now().await;
    }
}

#[track_caller]
fn assert_would_block<T: std::fmt::Debug>(result: io::Result<T>) {
    let error = result.expect_err("nothing was ready");
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}");
}
