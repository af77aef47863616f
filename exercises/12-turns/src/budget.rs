//! Exercise `turns/budget`: a budget with three bugs.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// The budget of the poll that runs now. `None` if no task is being polled: then each leaf
/// is polled, and there is nothing to spend. Its clones are the same budget.
#[derive(Clone, Default)]
pub struct Budget(Rc<Cell<Option<u32>>>);

impl Budget {
    /// Polls a task, and gives it `units` for this poll. After that, the budget is what it
    /// was before, also if the task panics: a task may poll another one, and may catch its
    /// panic. Neither of them spends the units of the other.
    pub fn poll_task<F: Future>(
        &self,
        units: u32,
        task: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        self.0.set(Some(units));
        let polled = task.poll(cx);
        self.0.set(None);
        polled
    }

    /// What is left of the budget.
    pub fn left(&self) -> Option<u32> {
        self.0.get()
    }

    /// Lets `leaf` spend one unit when it is ready. Without budget, the leaf is not polled,
    /// and its task is polled again later.
    pub fn leaf<F: Future + Unpin>(&self, leaf: F) -> Leaf<F> {
        Leaf { budget: self.clone(), leaf }
    }
}


/// A leaf with a budget.
pub struct Leaf<F> {
    budget: Budget,
    leaf: F,
}

impl<F: Future + Unpin> Future for Leaf<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let left = self.budget.left();
        if left == Some(0) {
            return Poll::Pending;
        }
        self.budget.0.set(left.map(|left| left.saturating_sub(1)));
        Pin::new(&mut self.leaf).poll(cx)
    }
}
