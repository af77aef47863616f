//! The code that the macros expand to. Do not use it directly.

use crate::{budget, rng, taskdump};
use pin_project_lite::pin_project;
use std::{future, ops::Range, pin::Pin, task::ready};

pub use std::{
    future::{Future, IntoFuture},
    pin::pin,
    task::{Context, Poll},
};

pin_project! {
    /// A future, or the output that it returned.
    #[project = Stage]
    #[project_replace = Replaced]
    pub enum MaybeDone<F: Future> {
        Pending { #[pin] future: F },
        Done { output: F::Output },
        Taken,
    }
}

impl<F: Future> MaybeDone<F> {
    pub fn new(future: impl IntoFuture<IntoFuture = F>) -> Self {
        let future = future.into_future();
        Self::Pending { future }
    }

    /// Polls the future unless it is done already. Returns whether it is done now.
    pub fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> bool {
        if let Stage::Pending { future } = self.as_mut().project() {
            match poll(future, context) {
                Poll::Ready(output) => self.set(Self::Done { output }),
                Poll::Pending => return false,
            }
        }
        true
    }

    /// The output of a future that is done. Call it only once.
    pub fn take(self: Pin<&mut Self>) -> F::Output {
        match self.project_replace(Self::Taken) {
            Replaced::Done { output } => output,
            _ => unreachable!("an output is taken once, after the future is done"),
        }
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> MaybeDone<F> {
    /// The error, if the future is done and has failed.
    pub fn take_error(mut self: Pin<&mut Self>) -> Option<E> {
        match self.as_mut().project() {
            Stage::Done { output: Err(_) } => self.take().err(),
            _ => None,
        }
    }

    /// The value of a future that is done and has not failed.
    pub fn take_value(self: Pin<&mut Self>) -> T {
        match self.take() {
            Ok(value) => value,
            Err(_) => unreachable!("`try_join!` returns the first error"),
        }
    }
}

/// A future from a function that polls other futures.
pub fn poll_fn<T, F>(mut poll: F) -> future::PollFn<impl FnMut(&mut Context<'_>) -> Poll<T>>
where
    F: FnMut(&mut Context<'_>) -> Poll<T>,
{
    future::poll_fn(move |context| {
        // Check the budget here, because each of the futures may take one step more
        // when it is spent. A loop around the macro would never end.
        ready!(budget::poll_proceed(context));
        taskdump::withdraw_if_ready(|| poll(context))
    })
}

/// Polls one of the futures.
pub fn poll<F: Future>(future: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
    taskdump::withdraw_if_ready(|| budget::poll_subfuture(|| future.poll(context)))
}

/// Which of the futures is polled first. Each poll begins with the next one.
pub struct Rotator {
    futures: usize,
    first: usize,
    /// How much further the next poll begins. Zero if the order is fixed.
    step: usize,
}

impl Rotator {
    pub fn new(futures: usize) -> Self {
        Self {
            futures,
            first: 0,
            step: 1,
        }
    }

    /// Every poll begins with the first future.
    pub fn biased(futures: usize) -> Self {
        Self {
            step: 0,
            ..Self::new(futures)
        }
    }

    /// The indices from the first one to the end, and those before the first one.
    pub fn next_order(&mut self) -> [Range<usize>; 2] {
        let halves = halves(self.first, self.futures);
        self.first = (self.first + self.step) % self.futures.max(1);
        halves
    }
}

/// All indices from `first` on, wrapping around.
pub fn halves(first: usize, futures: usize) -> [Range<usize>; 2] {
    [first..futures, 0..first]
}

/// Returns `index` and increments it.
pub fn count(index: &mut usize) -> usize {
    let now = *index;
    *index += 1;
    now
}

/// The future that a poll of `select!` or `race!` begins with, at random.
pub fn first(futures: usize) -> usize {
    rng::below(futures)
}

/// Always begins with the first future. This is `biased;`.
pub fn in_order(_: usize) -> usize {
    0
}
