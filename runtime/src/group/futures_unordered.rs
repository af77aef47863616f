//! [`FuturesUnordered`]: a set of futures, polled as they are woken.

use super::{Group, Iter, IterMut, IterPinMut, IterPinRef};
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

/// A set of futures in one task. It yields their outputs in the order in which they
/// are ready. You can push more futures at any time.
///
/// The futures run in the task that awaits [`next`](Self::next). So they may
/// borrow, they need not be `Send`, and they share one core. A
/// [`JoinSet`](crate::task::JoinSet) makes each future a task instead. Only
/// futures that were woken are polled, each at most once in a poll of the set. The
/// set is also a [`Stream`].
///
/// # Complexity
/// A push, a wake and a poll of one future take constant time. Each future takes
/// one allocation. Its waker serves a later future too, unless a clone of it still
/// exists.
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
    pub(super) group: Group<Pin<Box<F>>>,
    /// Whether the set has returned `None` since the last push.
    terminated: bool,
}

impl<F> FuturesUnordered<F> {
    /// Creates an empty set.
    pub fn new() -> Self {
        Self {
            group: Group::new(),
            terminated: false,
        }
    }

    /// The number of futures in the set.
    pub fn len(&self) -> usize {
        self.group.len()
    }

    /// Whether the set has no futures.
    pub fn is_empty(&self) -> bool {
        self.group.is_empty()
    }

    /// Drops all futures. Later wakes for them do nothing.
    pub fn clear(&mut self) {
        drop(self.group.drain());
    }

    /// Iterates over references to the futures, in no particular order.
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use wakeful::group::FuturesUnordered;
    ///
    /// let mut set: FuturesUnordered<Ready<u32>> = [1, 2].map(ready).into_iter().collect();
    /// assert_eq!(set.iter().count(), 2);
    /// for future in &mut set {
    ///     *future = ready(3);
    /// }
    /// let outputs: Vec<u32> = set.into_iter().map(Ready::into_inner).collect();
    /// assert_eq!(outputs, [3, 3]);
    /// ```
    pub fn iter(&self) -> Iter<'_, F>
    where
        F: Unpin,
    {
        Iter(self.group.keyed())
    }

    /// Iterates over mutable references to the futures, in no particular order.
    ///
    /// Changing a future does not wake it.
    pub fn iter_mut(&mut self) -> IterMut<'_, F>
    where
        F: Unpin,
    {
        IterMut(self.group.keyed_mut())
    }

    /// Iterates over pinned references to the futures, in no particular order.
    pub fn iter_pin_ref(self: Pin<&Self>) -> IterPinRef<'_, F> {
        IterPinRef(Pin::get_ref(self).group.keyed())
    }

    /// Iterates over pinned mutable references to the futures, in no particular
    /// order.
    ///
    /// Changing a future does not wake it.
    pub fn iter_pin_mut(self: Pin<&mut Self>) -> IterPinMut<'_, F> {
        IterPinMut(Pin::get_mut(self).group.keyed_mut())
    }
}

impl<F: Future> FuturesUnordered<F> {
    /// Adds a future. The next poll of the set polls it for the first time.
    ///
    /// A task that awaits the set already is not woken.
    pub fn push(&mut self, future: F) {
        self.terminated = false;
        self.group.insert(Box::pin(future));
    }

    /// Waits until a future is ready, and returns its output. Returns `None` if the
    /// set has no futures.
    ///
    /// # Cancel safety
    /// If you drop this future before it is ready, nothing is lost.
    ///
    /// # Panics
    /// If one of the futures panics. That future is dropped, and the others stay in
    /// the set.
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
            .record_all(&polled, "futures of a FuturesUnordered");
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
