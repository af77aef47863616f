//! Prints the chapter's "Measured" table: `cargo bench -p state-machines`.
//!
//! The rows take turns, so a slow moment of the machine slows all of them. Each time is
//! a median. An allocator that wraps the system's counts the allocations.

use std::hint::black_box;
use std::iter;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use state_machines::shapes::{Page, handed, pause, taken};

#[path = "../../allocations.rs"]
mod allocations;
use allocations::allocations;

const ROUNDS: usize = 25;
const REPEAT: usize = 20_000;

/// Does its work once.
type Work = Box<dyn FnMut()>;

/// Runs all rows in turn, `ROUNDS` times. Prints the time and the allocations of one run.
fn table(title: &str, mut rows: Vec<(&str, Work)>) {
    let mut times = vec![Vec::new(); rows.len()];
    let mut counts = vec![0; rows.len()];
    for _ in 0..ROUNDS {
        for (index, (_, work)) in rows.iter_mut().enumerate() {
            let begun = Instant::now();
            let count = allocations(|| (0..REPEAT).for_each(|_| work()));
            let took = begun.elapsed();
            counts[index] = count / REPEAT;
            #[expect(clippy::cast_precision_loss)]
            times[index].push(took.as_nanos() as f64 / REPEAT as f64);
        }
    }
    println!("{title}");
    for (((name, _), times), count) in iter::zip(rows, &mut times).zip(counts) {
        times.sort_by(f64::total_cmp);
        let median = times[ROUNDS / 2];
        println!("  {name:<34} {median:>8.1} ns {count:>3} allocations");
    }
}

/// Polls in a loop until the future is ready.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(black_box(future));
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

mod counted {
    //! Three pauses and a sum, written in three ways.

    use super::{Context, Pin, Poll, pause};
    use state_machines::shapes::Pause;

    pub async fn compiled(mut sum: u64) -> u64 {
        for _ in 0..3 {
            pause().await;
            sum += 1;
        }
        sum
    }

    pub enum ByHand {
        Start { sum: u64 },
        Pausing { pause: Pause, sum: u64, turn: u8 },
        Done,
    }

    impl Future for ByHand {
        type Output = u64;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
            if let ByHand::Start { sum } = *self {
                *self = ByHand::Pausing { pause: pause(), sum, turn: 0 };
            }
            while let ByHand::Pausing { pause: waiting, sum, turn } = &mut *self {
                std::task::ready!(Pin::new(&mut *waiting).poll(cx));
                *sum += 1;
                *turn += 1;
                *waiting = pause();
                if *turn == 3 {
                    let sum = *sum;
                    *self = ByHand::Done;
                    return Poll::Ready(sum);
                }
            }
            panic!("polled after completion")
        }
    }

    type Callback = Box<dyn FnOnce(&mut Later)>;

    /// Keeps a callback until `run` calls it.
    #[derive(Default)]
    pub struct Later(Option<Callback>);

    impl Later {
        pub fn then(&mut self, callback: impl FnOnce(&mut Later) + 'static) {
            self.0 = Some(Box::new(callback));
        }

        pub fn run(&mut self) {
            while let Some(callback) = self.0.take() {
                callback(self);
            }
        }
    }

    pub fn callbacks(
        later: &mut Later,
        sum: u64,
        turn: u8,
        done: impl FnOnce(u64) + 'static,
    ) {
        if turn == 3 {
            return done(sum);
        }
        later.then(move |later| callbacks(later, sum + 1, turn + 1, done));
    }
}

async fn leaf() -> u64 {
    pause().await;
    1
}

/// Wraps a future in one more async block for each `call`.
macro_rules! nest {
    ($future:expr;) => { $future };
    ($future:expr; call $($rest:tt)*) => {{
        let inner = nest!($future; $($rest)*);
        async move { 1 + inner.await }
    }};
}

fn eight() -> impl Future<Output = u64> {
    nest!(leaf(); call call call call call call call call)
}

/// The same chain with each future in a box of its own.
fn chain(depth: u32) -> Pin<Box<dyn Future<Output = u64>>> {
    Box::pin(
        async move { if depth == 0 { leaf().await } else { 1 + chain(depth - 1).await } },
    )
}

fn main() {
    table(
        "three awaits of a pause: one run",
        vec![
            ("async fn", Box::new(|| _ = black_box(run(counted::compiled(1))))),
            (
                "hand-written enum",
                Box::new(|| _ = black_box(run(counted::ByHand::Start { sum: 1 }))),
            ),
            (
                "callbacks",
                Box::new(|| {
                    let mut later = counted::Later::default();
                    counted::callbacks(&mut later, 1, 0, |sum| _ = black_box(sum));
                    later.run();
                }),
            ),
        ],
    );
    table(
        "one pause, awaited through eight functions: one run",
        vec![
            ("all futures in one value", Box::new(|| _ = black_box(run(eight())))),
            ("that value in one box", {
                Box::new(|| _ = black_box(run(Box::pin(eight()))))
            }),
            ("each future in its own box", Box::new(|| _ = black_box(run(chain(8))))),
        ],
    );
    table(
        "an argument of 1,024 bytes, read after an await: one run",
        vec![
            (
                "async fn, a future of 2,050 bytes",
                Box::new(|| _ = black_box(run(taken(black_box(Page::new()))))),
            ),
            (
                "async block, 1,026 bytes",
                Box::new(|| _ = black_box(run(handed(black_box(Page::new()))))),
            ),
        ],
    );
}
