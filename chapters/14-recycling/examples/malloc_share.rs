//! Where the time of a boxed call goes: `cargo run --release -p recycling --example malloc_share`.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use recycling::{DynFuture, boxed};

// ANCHOR: stream
/// A stream behind an object. Each call boxes its future.
trait Stream {
    fn next(&mut self) -> DynFuture<'_, Option<u32>>;
}

struct Countdown(u32);

#[expect(
    clippy::unused_async,
    reason = "as in the chapter before, the stream never waits"
)]
async fn next(left: &mut u32) -> Option<u32> {
    *left = left.checked_sub(1)?;
    Some(*left)
}

impl Stream for Countdown {
    fn next(&mut self) -> DynFuture<'_, Option<u32>> {
        boxed(next(&mut self.0))
    }
}
// ANCHOR_END: stream

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

const TIMES: u32 = 10_000;

/// The median of many measurements of one call, in nanoseconds.
fn measure(mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..301)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..TIMES {
                call();
            }
            begun.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let mut left = u32::MAX;
    let direct = measure(|| {
        black_box(finish(next(black_box(&mut left))));
    });
    let mut stream: Box<dyn Stream> = black_box(Box::new(Countdown(u32::MAX)));
    let object = measure(|| {
        black_box(finish(stream.next()));
    });
    let memory = measure(|| drop(black_box(Box::new([0_u64; 2]))));
    println!("a call without an object          {direct:>5.1} ns");
    println!("a boxed call through an object    {object:>5.1} ns");
    println!("to allocate and free 16 bytes     {memory:>5.1} ns");
}
