//! Cooperation: who is always ready gives way all the same.
//!
//! A task that never waits never lets the others run. So each poll of a task
//! begins with a budget: whatever of this crate is ready inside of it spends
//! one, and when nothing is left, all of them say that they are not ready, and
//! have the task polled again behind the others. A loop over a socket that
//! always has something to read gives way without knowing it.
//!
//! What is ready for other reasons spends nothing: [`consume_budget`] in a loop,
//! or [`cooperative`] around a future, makes it do so. [`unconstrained`] takes a
//! future out, which is seldom wise.
//!
//! The idea, the number of 128, and the names are tokio's.

use crate::budget;
use pin_project_lite::pin_project;
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Runs `future` without a budget: it gives way only when it waits.
///
/// It can keep every other task of its thread waiting, timers and sockets too.
///
/// ```
/// use wakeful::{sync::mpsc, task::{coop, unconstrained}};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(unconstrained(async {
///     let (sender, mut receiver) = mpsc::unbounded_channel();
///     for n in 0..1000 {
///         sender.send(n).expect("it is open");
///         receiver.recv().await;
///     }
///     assert!(coop::has_budget_remaining());
/// }));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn unconstrained<F>(future: F) -> Unconstrained<F> {
    Unconstrained { future }
}

pin_project! {
    /// The future of [`unconstrained`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Unconstrained<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Unconstrained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let future = self.project().future;
        budget::unconstrained(|| future.poll(context))
    }
}

/// Spends one of the budget, and gives way if nothing was left. For loops that
/// await nothing of this crate, or nothing at all.
///
/// Unlike [`yield_now`](super::yield_now), which gives way each time, it costs
/// a few nanoseconds in most rounds.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let sum = runtime.block_on(async {
///     let mut sum = 0_u64;
///     for n in 0..1_000 {
///         sum += n;
///         wakeful::task::consume_budget().await;
///     }
///     sum
/// });
/// assert_eq!(sum, 499_500);
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn consume_budget() {
    poll_fn(|context| poll_proceed(context).map(RestoreOnPending::made_progress)).await;
}

/// Whether something is left of the budget of this poll. So it is outside a
/// task, where nobody has to give way.
pub fn has_budget_remaining() -> bool {
    !budget::is_spent()
}

/// For the `poll` of a future that is to be cooperative: ready if it may go on.
/// If nothing is left of the budget it is pending, and the task has been woken.
///
/// ```
/// use std::task::{Context, Poll, ready};
/// use wakeful::task::coop;
///
/// fn poll_next(queue: &mut Vec<u32>, context: &mut Context<'_>) -> Poll<Option<u32>> {
///     let proceed = ready!(coop::poll_proceed(context));
///     let next = queue.pop();
///     proceed.made_progress();
///     Poll::Ready(next)
/// }
/// # let mut context = Context::from_waker(std::task::Waker::noop());
/// # assert_eq!(poll_next(&mut vec![1], &mut context), Poll::Ready(Some(1)));
/// ```
pub fn poll_proceed(context: &mut Context<'_>) -> Poll<RestoreOnPending> {
    budget::poll_proceed(context).map(|()| RestoreOnPending(()))
}

/// Leave to go on, of [`poll_proceed`]. Dropped, it spends nothing: the future
/// was not ready.
#[derive(Debug)]
#[must_use = "tell it of progress, or nothing is spent"]
pub struct RestoreOnPending(());

impl RestoreOnPending {
    /// The future is ready, or has got something done: that spends one.
    pub fn made_progress(self) {
        budget::spend();
    }
}

/// Makes a future of others cooperative: its end spends one of the budget.
pub fn cooperative<F: Future>(future: F) -> Coop<F> {
    Coop { future }
}

pin_project! {
    /// The future of [`cooperative`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Coop<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Coop<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let proceed = ready!(poll_proceed(context));
        let output = ready!(self.project().future.poll(context));
        proceed.made_progress();
        Poll::Ready(output)
    }
}
