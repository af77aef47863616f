//! Ctrl-C, and a terminal that is closed.
//!
//! The commands start their programs in separate process groups, and signals from the terminal do
//! not reach those. Without more care, a test with an endless loop would survive the course. So we
//! wait for the signal next to the work, and drop the work when the signal comes. Dropping it kills
//! everything that it started.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::process::ExitCode;

#[cfg(unix)]
use futures_util::future::select_all;
use futures_util::future::{Either, select};

use super::CommandError;

/// The exit code that shells report after Ctrl-C.
const STOPPED: u8 = 130;

/// Runs the work on its own runtime, until it is done or stopped.
pub(crate) fn block_on(
    work: impl Future<Output = Result<ExitCode, CommandError>>,
) -> Result<ExitCode, CommandError> {
    wakeful::block_on(async {
        match select(pin!(stopped()), pin!(work)).await {
            Either::Right((result, _)) => result,
            Either::Left((Ok(()), _)) => Ok(ExitCode::from(STOPPED)),
            Either::Left((Err(source), _)) => Err(CommandError::Io {
                what: "cannot listen for Ctrl-C".into(),
                source,
            }),
        }
    })
}

/// Waits for Ctrl-C or another signal to stop.
#[cfg(unix)]
pub(crate) async fn stopped() -> io::Result<()> {
    use rustix::process::Signal;
    use wakeful::signal::signal;

    let signals = [Signal::INT, Signal::TERM, Signal::HUP]
        .map(|number| async move { signal(number.as_raw())?.recv().await });
    let (received, _, _) = select_all(signals.map(Box::pin)).await;
    received
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn stopped() -> io::Result<()> {
    wakeful::signal::ctrl_c().await
}
