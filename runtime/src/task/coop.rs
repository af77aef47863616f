//! Cooperation: a task that is always ready yields to the others.
//!
//! A task that never waits would never let the others run. So each poll of a task
//! begins with a budget of 128 units. Each future of this crate that is ready
//! spends one unit. When the budget is spent, these futures return `Pending`, and
//! the runtime polls the task again after the other ready tasks. So a loop over a
//! socket that always has data yields from time to time, and its author need not
//! think of it.
//!
//! Other futures spend nothing. Call [`consume_budget`] in a loop, or wrap a future
//! in [`cooperative`], to make your code spend budget too. [`unconstrained`] removes
//! the limit from a future, which is rarely a good idea.
//!
//! The idea, the number and the names come from tokio.

use crate::budget;
use pin_project_lite::pin_project;
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Runs `future` without a budget, so it yields only when it waits.
///
/// It can block every other task of its thread, and the timers and sockets too.
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
    /// The future that [`unconstrained`] returns.
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

/// Spends one unit of the budget, and yields if the budget is spent.
///
/// Call this in long loops that await no other future of this crate. It costs a few
/// nanoseconds in most rounds. [`yield_now`](super::yield_now) yields each time.
///
/// # Cancel safety
/// If you drop the future before it is ready, nothing is lost.
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

/// Whether this poll has budget left. Always true outside a task, where there is no
/// budget.
pub fn has_budget_remaining() -> bool {
    !budget::is_spent()
}

/// Asks whether your own `poll` may make progress. Call it at the beginning.
///
/// Returns `Pending` if the budget is spent. Then the task has been woken, so return
/// `Pending` too. Otherwise call [`RestoreOnPending::made_progress`] when you return
/// `Ready`.
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

/// The permission that [`poll_proceed`] gives. Dropping it spends no budget, because the
/// future was not ready.
#[derive(Debug)]
#[must_use = "call `made_progress`, or no budget is spent"]
pub struct RestoreOnPending(());

impl RestoreOnPending {
    /// Spends one unit of the budget, because the future made progress.
    pub fn made_progress(self) {
        budget::spend();
    }
}

/// Makes any future cooperative: its completion spends one unit of the budget, and
/// it is not polled while the budget is spent.
pub fn cooperative<F: Future>(future: F) -> Coop<F> {
    Coop { future }
}

pin_project! {
    /// The future that [`cooperative`] returns.
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
