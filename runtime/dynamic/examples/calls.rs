//! Makes many calls with one adapter, to count the instructions of a call. Each call waits as many
//! times as you say:
//!
//! ```console
//! $ cargo build --release --package wakeful-dynamic --example calls
//! $ perf stat -e instructions:u target/release/examples/calls cached 0 1000000
//! ```
//!
//! The difference between one and two million calls, divided by a million, is the cost of a call.

use std::{
    env,
    hint::black_box,
    pin::pin,
    process::ExitCode,
    task::{Context, Poll, Waker},
};

use wakeful_dynamic::{
    Boxing, Cached, CachedIf, CachedSpace, Caller, Inline, NoSpace, Pool, Scratch, ScratchOrBox,
    SideStack, Space, dyn_async, with_side_stack,
};

#[dyn_async]
trait Source {
    type Item;
    async fn next(&mut self) -> Option<Self::Item>;
}

/// The same, but a call starts with its first poll.
#[dyn_async]
trait FusedSource {
    type Item;
    #[dyn_async(fused)]
    async fn next(&mut self) -> Option<Self::Item>;
}

impl FusedSource for Countdown {
    type Item = u64;

    async fn next(&mut self) -> Option<u64> {
        for _ in 0..self.waits {
            wait().await;
        }
        self.left = self.left.checked_sub(1)?;
        Some(self.left)
    }
}

/// Counts down, and waits a number of times before each item.
struct Countdown {
    left: u64,
    waits: u32,
}

impl Source for Countdown {
    type Item = u64;

    async fn next(&mut self) -> Option<u64> {
        for _ in 0..self.waits {
            wait().await;
        }
        self.left = self.left.checked_sub(1)?;
        Some(self.left)
    }
}

/// Is pending once.
async fn wait() {
    let mut waited = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut waited, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

async fn sum(mut source: impl Source<Item = u64>) -> u64 {
    let mut sum = 0_u64;
    while let Some(item) = source.next().await {
        sum = sum.wrapping_add(item);
    }
    sum
}

/// The compiler cannot know the type in the object.
async fn erased<S: Caller>(source: SourceMut<'_, u64, S>) -> u64 {
    sum(black_box(source)).await
}

async fn fused(source: FusedSourceMut<'_, u64>) -> u64 {
    let mut source = black_box(source);
    let mut sum = 0_u64;
    while let Some(item) = source.next().await {
        sum = sum.wrapping_add(item);
    }
    sum
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let adapter = arguments.next().unwrap_or_default();
    let mut number = || {
        arguments
            .next()
            .and_then(|number| number.parse::<u64>().ok())
    };
    let (Some(waits), Some(left)) = (number(), number()) else {
        eprintln!("usage: calls ADAPTER WAITS CALLS");
        return ExitCode::FAILURE;
    };
    let Ok(waits) = u32::try_from(waits) else {
        eprintln!("too many waits");
        return ExitCode::FAILURE;
    };
    let source = Countdown { left, waits };
    let sum = match adapter.as_str() {
        "static" => block_on(sum(black_box(source))),
        "boxing" => block_on(erased(SourceMut::new(&mut Boxing::new(source)))),
        "cached" => block_on(erased(SourceMut::new(&mut Cached::new(source)))),
        "cached_fused" => block_on(fused(FusedSourceMut::new(&mut Cached::new(source)))),
        "inline_fused" => block_on(fused(FusedSourceMut::pin(pin!(Inline::<64, _>::new(
            source
        ))))),
        "pool_fused" => block_on(fused(FusedSourceMut::new(&mut Pool::new(source)))),
        "cached_if" => block_on(erased(SourceMut::new(&mut CachedIf::new(source, true)))),
        "cached_space" => block_on(erased(SourceMut::new_with(
            &mut ScratchOrBox::new(source),
            CachedSpace::new(),
        ))),
        "pool" => block_on(erased(SourceMut::new(&mut Pool::new(source)))),
        "side_stack" => {
            let mut adapter = SideStack::new(source);
            block_on(with_side_stack(erased(SourceMut::new(&mut adapter))))
        }
        "inline" => block_on(erased(SourceMut::<_, NoSpace>::pin(pin!(
            Inline::<64, _>::new(source)
        )))),
        "scratch" => block_on(erased(SourceMut::new_with(
            &mut Scratch::<64, _>::new(source),
            Space::<64>::new(),
        ))),
        "scratch_or_box" => block_on(erased(SourceMut::new_with(
            &mut ScratchOrBox::new(source),
            Space::<64>::new(),
        ))),
        _ => {
            eprintln!("there is no adapter `{adapter}` here");
            return ExitCode::FAILURE;
        }
    };
    println!("{sum}");
    ExitCode::SUCCESS
}
