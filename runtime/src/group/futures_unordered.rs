//! [`FuturesUnordered`], for everybody's use.

use super::Group;
use crate::unwind::{catch, catch_and_discard};
use futures_core::{FusedStream, Stream};
use std::{
    any::Any,
    fmt,
    future::{Future, poll_fn},
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Poll},
};

type Ended<F> = (
    Pin<Box<F>>,
    Result<<F as Future>::Output, Box<dyn Any + Send>>,
);

/// Any number of futures in one task, whose outputs come in the order in which
/// they are ready. It may grow between two of them.
///
/// The futures run in the task that waits, so they may borrow, need not be
/// `Send`, and take turns on one core; futures that are to be tasks of their
/// own go into a [`JoinSet`](crate::task::JoinSet). A future that is woken is
/// polled, and no other. It is also a [`Stream`].
///
/// # Complexity
/// Constant time for a push, a wake and a poll. One allocation for each future;
/// its waker is used again for later ones, unless somebody still keeps it.
///
/// ```
/// use std::time::Duration;
/// use wakeful::{group::FuturesUnordered, time::sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let names = ["three", "one", "two"].map(String::from);
///     let after = |millis: u64, name| async move {
///         sleep(Duration::from_millis(millis)).await;
///         name
///     };
///     let mut naps = FuturesUnordered::new();
///     for (millis, name) in [3, 1, 2].into_iter().zip(&names) {
///         naps.push(after(millis, name));
///     }
///     let mut order = Vec::new();
///     while let Some(name) = naps.next().await {
///         order.push(name);
///     }
///     assert_eq!(order, ["one", "two", "three"]);
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "futures do nothing unless polled: await `next`"]
pub struct FuturesUnordered<F> {
    group: Group<Pin<Box<F>>>,
    /// Whether it has said that there are no futures, and has got none since.
    terminated: bool,
}

impl<F> FuturesUnordered<F> {
    /// Without futures. Allocates little.
    pub fn new() -> Self {
        Self {
            group: Group::new(),
            terminated: false,
        }
    }

    /// How many futures there are.
    pub fn len(&self) -> usize {
        self.group.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.group.is_empty()
    }

    /// Drops all futures.
    pub fn clear(&mut self) {
        drop(self.group.drain());
    }
}

impl<F: Future> FuturesUnordered<F> {
    /// Adds a future. It is polled for the first time when somebody waits.
    pub fn push(&mut self, future: F) {
        self.terminated = false;
        self.group.insert(Box::pin(future));
    }

    /// Waits for the next that is ready. `None` when there are no futures.
    ///
    /// # Cancel safety
    /// Dropped, it loses nothing.
    ///
    /// # Panics
    /// With the panic of a future, which is dropped. The others stay.
    pub async fn next(&mut self) -> Option<F::Output> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<Option<F::Output>> {
        let polled = self.group.poll_next(context, |future, context| {
            match catch(|| future.as_mut().poll(context)) {
                Ok(polled) => polled.map(Ok),
                Err(payload) => Poll::Ready(Err(payload)),
            }
        });
        self.group
            .note_all(&polled, "futures of a FuturesUnordered");
        self.terminated = matches!(polled, Poll::Ready(None));
        polled.map(|ended| ended.map(Self::output))
    }

    fn output((future, result): Ended<F>) -> F::Output {
        match result {
            Ok(output) => output,
            Err(payload) => {
                catch_and_discard(|| drop(future));
                resume_unwind(payload)
            }
        }
    }
}

impl<F: Future> Stream for FuturesUnordered<F> {
    type Item = F::Output;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        self.poll(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl<F: Future> FusedStream for FuturesUnordered<F> {
    fn is_terminated(&self) -> bool {
        self.terminated
    }
}

impl<F> Default for FuturesUnordered<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Future> Extend<F> for FuturesUnordered<F> {
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        futures.into_iter().for_each(|future| self.push(future));
    }
}

impl<F: Future> FromIterator<F> for FuturesUnordered<F> {
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut group = Self::new();
        group.extend(futures);
        group
    }
}

impl<F> fmt::Debug for FuturesUnordered<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FuturesUnordered")
            .field("len", &self.len())
            .finish()
    }
}
