// ANCHOR: head
//! A budget for each poll, so that a task whose leaves are always ready must yield, too.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::defer;
// ANCHOR_END: head

// ANCHOR: budget
/// How many leaves may be ready in one poll of a task.
pub const BUDGET: u32 = 128;

thread_local! {
    /// What is left of the budget of this poll. `None` outside of the tasks of a runtime.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

pin_project! {
    /// The future of a task. Each poll of it gets a budget.
    pub(crate) struct WithBudget<F> {
        #[pin]
        pub(crate) future: F,
    }
}

impl<F: Future> Future for WithBudget<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _restore = Restore(LEFT.replace(Some(BUDGET)));
        self.project().future.poll(cx)
    }
}
// ANCHOR_END: budget

// ANCHOR: cooperative
pin_project! {
    /// A leaf that spends the budget of its task. Made by [`cooperative`].
    pub struct Cooperative<F> {
        #[pin]
        leaf: F,
    }
}

/// Lets a leaf spend one unit of the budget when it is ready. Without budget, it yields
/// instead, and does not poll the leaf.
pub fn cooperative<F: Future>(leaf: F) -> Cooperative<F> {
    Cooperative { leaf }
}

// ANCHOR_END: cooperative

// ANCHOR: poll
impl<F: Future> Future for Cooperative<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if LEFT.get() == Some(0) {
            defer(cx.waker());
            return Poll::Pending;
        }
        let polled = self.project().leaf.poll(cx);
        if polled.is_ready() {
            // The leaf may have spent some of it already, if it contains another one.
            LEFT.set(LEFT.get().map(|left| left.saturating_sub(1)));
        }
        polled
    }
}
// ANCHOR_END: poll

// ANCHOR: rest
/// Restores the budget of the poll around this one.
struct Restore(Option<u32>);

impl Drop for Restore {
    fn drop(&mut self) {
        LEFT.set(self.0);
    }
}
// ANCHOR_END: rest
