//! Ctrl-C, and a terminal that is closed.
//!
//! What the commands start runs in process groups of its own, which no signal
//! from the terminal reaches: whoever stops the course would leave a test that
//! loops for ever behind. So the signal is waited for beside the work, and ends
//! it by dropping it, which kills all that it had started.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::process::ExitCode;

#[cfg(unix)]
use futures_util::future::select_all;
use futures_util::future::{Either, select};

use super::CommandError;

/// What shells report for a command that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Runs the work on a runtime of its own, until it is done or stopped.
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

/// Waits for Ctrl-C, or for being told to end otherwise.
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
