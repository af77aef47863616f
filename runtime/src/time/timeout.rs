//! [`Timeout`]: a time limit on a future.

use super::{Instant, Sleep, sleep, sleep_until};
use crate::{
    budget,
    taskdump::{self, TimerKind},
};
use pin_project_lite::pin_project;
use std::{
    error::Error,
    fmt,
    future::{Future, IntoFuture},
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// Waits for `future`, but at most for `duration`. When the time is over, the
/// output is [`Elapsed`]. Dropping the [`Timeout`] drops the future.
///
/// Each poll polls the future before the timer. So a future that is ready at
/// once succeeds even if the timeout is zero.
///
/// # Panics
/// Where [`sleep`] panics.
///
/// ```
/// use std::{future, time::Duration};
/// use wakeful::time::timeout;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     assert_eq!(timeout(Duration::ZERO, async { 7 }).await, Ok(7));
///     let never = future::pending::<()>();
///     assert!(timeout(Duration::from_millis(1), never).await.is_err());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout {
        future: future.into_future(),
        delay: sleep(duration),
    }
}

/// Waits for `future`, but at most until `deadline`. See [`timeout`].
///
/// # Panics
/// Where [`sleep`] panics.
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout {
        future: future.into_future(),
        delay: sleep_until(deadline),
    }
}

pin_project! {
    /// The future of [`timeout`] and [`timeout_at`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        delay: Sleep,
    }
}

impl<F> Timeout<F> {
    /// Returns the future and drops the time limit.
    pub fn into_inner(self) -> F {
        self.future
    }

    /// Borrows the future.
    pub fn get_ref(&self) -> &F {
        &self.future
    }

    /// Borrows the future mutably.
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.future
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    // ANCHOR: poll
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        taskdump::withdraw_if_ready(|| {
            let had_budget = !budget::is_spent();
            if let Poll::Ready(output) = this.future.poll(context) {
                return Poll::Ready(Ok(output));
            }
            let look = || Pin::new(this.delay).poll(context);
            // A timeout must be able to stop a future that spends the whole
            // budget, so in that case it polls the timer without a budget.
            let used_up = had_budget && budget::is_spent();
            let look = || {
                if used_up {
                    budget::unconstrained(look)
                } else {
                    look()
                }
            };
            taskdump::as_timer(TimerKind::Timeout, look).map(|()| Err(Elapsed(())))
        })
    }
    // ANCHOR_END: poll
}

/// The time limit passed before the future was ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time limit has passed")
    }
}

impl Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(elapsed: Elapsed) -> Self {
        Self::new(io::ErrorKind::TimedOut, elapsed)
    }
}
