//! The workload of the source: a stream that counts down from 50, behind a stream that
//! forwards each call to it. A run makes both, and calls `next` 51 times.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use super::memory::Memory;

/// The calls of one run: 50 items, and the end.
pub const CALLS: u32 = 51;

/// A stream whose futures live in an `M`.
pub trait Stream<M: Memory> {
    fn next(&mut self) -> M::Handle<'_, Option<u32>>;
}

pub struct Countdown<M> {
    left: u32,
    memory: M,
}

impl<M: Memory> Stream<M> for Countdown<M> {
    fn next(&mut self) -> M::Handle<'_, Option<u32>> {
        let Countdown { left, memory } = self;
        memory.fill(|| async move {
            *left = left.checked_sub(1)?;
            Some(*left)
        })
    }
}

/// Forwards to a stream whose futures live in an `Inner`.
pub struct Wrapper<Inner, M> {
    inner: Box<dyn Stream<Inner>>,
    memory: M,
}

impl<Inner: Memory, M: Memory> Stream<M> for Wrapper<Inner, M> {
    fn next(&mut self) -> M::Handle<'_, Option<u32>> {
        let Wrapper { inner, memory } = self;
        memory.fill(|| async move { inner.next().await })
    }
}

/// One run with two kinds of memory.
#[inline(never)]
pub fn run<Inner: Memory, Outer: Memory>() -> u32 {
    let countdown = Countdown { left: CALLS - 1, memory: Inner::default() };
    let mut stream = Wrapper { inner: Box::new(countdown), memory: Outer::default() };
    block_on(async {
        let mut items = 0;
        while stream.next().await.is_some() {
            items += 1;
        }
        items
    })
}

/// The same run without objects.
#[inline(never)]
pub fn run_static() -> u32 {
    #[expect(clippy::unused_async, reason = "as in the source, the stream never waits")]
    async fn next(left: &mut u32) -> Option<u32> {
        *left = left.checked_sub(1)?;
        Some(*left)
    }
    async fn forward(left: &mut u32) -> Option<u32> {
        next(left).await
    }
    let mut left = std::hint::black_box(CALLS - 1);
    block_on(async {
        let mut items = 0;
        while std::hint::black_box(forward(&mut left).await).is_some() {
            items += 1;
        }
        items
    })
}

/// A stream whose author wrote the state machine: no call has a future.
trait PollNext {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>>;
}

struct ByHand {
    left: u32,
}

impl PollNext for ByHand {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<u32>> {
        Poll::Ready(self.left.checked_sub(1).inspect(|left| self.left = *left))
    }
}

struct ForwardByHand {
    inner: Box<dyn PollNext>,
}

impl PollNext for ForwardByHand {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        self.inner.poll_next(cx)
    }
}

/// The same run with `poll_next` by hand.
#[inline(never)]
pub fn run_by_hand() -> u32 {
    let inner = Box::new(ByHand { left: CALLS - 1 });
    let mut stream = ForwardByHand { inner: std::hint::black_box(inner) };
    block_on(async {
        let mut items = 0;
        while std::future::poll_fn(|cx| stream.poll_next(cx)).await.is_some() {
            items += 1;
        }
        items
    })
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future: Pin<&mut F> = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}
