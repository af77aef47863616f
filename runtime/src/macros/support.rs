//! What the macros expand to. Not for use without them.

use crate::{budget, primitives::per_thread, trace};
use pin_project_lite::pin_project;
use std::{cell::Cell, future, ops::Range, pin::Pin, task::ready};

pub use std::{
    future::{Future, IntoFuture},
    pin::pin,
    task::{Context, Poll},
};

pin_project! {
    /// A future, or the output that it had.
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

    /// Polls the future, if it has not been ready. True if it is done now.
    pub fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> bool {
        if let Stage::Pending { future } = self.as_mut().project() {
            match poll(future, context) {
                Poll::Ready(output) => self.set(Self::Done { output }),
                Poll::Pending => return false,
            }
        }
        true
    }

    /// The output of what is done, once.
    pub fn take(self: Pin<&mut Self>) -> F::Output {
        match self.project_replace(Self::Taken) {
            Replaced::Done { output } => output,
            _ => unreachable!("taken once, and when it is done"),
        }
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> MaybeDone<F> {
    /// The error of what is done in vain.
    pub fn take_error(mut self: Pin<&mut Self>) -> Option<E> {
        match self.as_mut().project() {
            Stage::Done { output: Err(_) } => self.take().err(),
            _ => None,
        }
    }

    /// The value of what is done, and not in vain.
    pub fn take_value(self: Pin<&mut Self>) -> T {
        match self.take() {
            Ok(value) => value,
            Err(_) => unreachable!("an error would have ended it"),
        }
    }
}

/// A future of `poll`, in which other futures are polled.
pub fn poll_fn<T, F>(mut poll: F) -> future::PollFn<impl FnMut(&mut Context<'_>) -> Poll<T>>
where
    F: FnMut(&mut Context<'_>) -> Poll<T>,
{
    future::poll_fn(move |context| {
        // Here, for each of them may have one thing more when it is spent: a
        // loop around this would go round for ever.
        ready!(budget::poll_proceed(context));
        trace::combinator(|| poll(context))
    })
}

/// One poll of one of them.
pub fn poll<F: Future>(future: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
    trace::combinator(|| budget::among_siblings(|| future.poll(context)))
}

/// Begins with the next of so many futures each time.
pub struct Turns {
    futures: usize,
    first: usize,
    /// How much further the next turn begins.
    step: usize,
}

impl Turns {
    pub fn new(futures: usize) -> Self {
        Self {
            futures,
            first: 0,
            step: 1,
        }
    }

    /// Begins with the first each time.
    pub fn biased(futures: usize) -> Self {
        Self {
            step: 0,
            ..Self::new(futures)
        }
    }

    /// The places from the first one's on, and those before it.
    pub fn take_turn(&mut self) -> [Range<usize>; 2] {
        let halves = halves(self.first, self.futures);
        self.first = (self.first + self.step) % self.futures.max(1);
        halves
    }
}

/// Every place, from `first` on and round.
pub fn halves(first: usize, futures: usize) -> [Range<usize>; 2] {
    [first..futures, 0..first]
}

/// What it counts to next.
pub fn count(place: &mut usize) -> usize {
    let now = *place;
    *place += 1;
    now
}

/// With which of so many futures to begin. Steps by the golden ratio: each gets
/// its share, also from those who ask every second or third time only.
pub fn first(futures: usize) -> usize {
    const STEP: u32 = 0x9E37_79B9;
    per_thread! {
        static NEXT: Cell<u32> = const { Cell::new(0) };
    }
    // No turns are left to take when the thread is ending.
    let next = NEXT.try_with(|next| next.replace(next.get().wrapping_add(STEP)));
    let share = (u64::from(next.unwrap_or(0)) * futures as u64) >> u32::BITS;
    usize::try_from(share).expect("less than there are futures")
}

/// The first is the first: `biased`.
pub fn in_order(_: usize) -> usize {
    0
}
