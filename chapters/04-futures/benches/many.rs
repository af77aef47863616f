//! Prints the chapter's "Measured" table: `cargo bench -p futures-by-hand`.
//!
//! It waits for N sleeps of different lengths in two ways, which take turns. Each
//! time is a median.

use std::cell::Cell;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_by_hand::{Clock, Sleep, Unordered};

const ROUNDS: usize = 11;

thread_local! {
    static POLLS: Cell<usize> = const { Cell::new(0) };
}

/// A sleep that counts every poll in `POLLS`.
struct Counted(Sleep);

impl Future for Counted {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        POLLS.set(POLLS.get() + 1);
        Pin::new(&mut self.0).poll(cx)
    }
}

/// Polls every unfinished child on each wake, as `join` does.
struct All(Vec<Option<Counted>>);

impl Future for All {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut pending = false;
        for child in &mut self.0 {
            if let Some(future) = child {
                if Pin::new(future).poll(cx).is_ready() {
                    *child = None;
                } else {
                    pending = true;
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    }
}

fn sleeps(clock: &Clock, many: u64) -> impl Iterator<Item = Counted> {
    (0..many).map(|n| Counted(clock.sleep(1 + n * 7919 % 10_007)))
}

fn all(many: u64) {
    let clock = Clock::new();
    let all = All(sleeps(&clock, many).map(Some).collect());
    assert!(clock.run(all).is_ok());
}

fn unordered(many: u64) {
    let clock = Clock::new();
    let mut all = Unordered::new();
    sleeps(&clock, many).for_each(|sleep| all.push(sleep));
    assert!(clock.run(async { while all.next_ready().await.is_some() {} }).is_ok());
}

fn main() {
    println!("N sleeps: time and polls (rounded up) for each sleep");
    println!("  {:>5} {:>22} {:>22}", "N", "polling all", "polling the woken");
    for many in [2_u64, 10, 100, 1000] {
        let repeat = 4000 / many;
        let mut figures = [all as fn(u64), unordered].map(|run| (run, Vec::new(), 0));
        for _ in 0..ROUNDS {
            for (run, times, polls) in &mut figures {
                POLLS.set(0);
                let begun = Instant::now();
                for _ in 0..repeat {
                    run(black_box(many));
                }
                #[expect(clippy::cast_precision_loss)]
                times.push(begun.elapsed().as_nanos() as f64 / (repeat * many) as f64);
                *polls = POLLS.get();
            }
        }
        let cell = |(_, times, polls): &mut (fn(u64), Vec<f64>, usize)| {
            times.sort_by(f64::total_cmp);
            let each = polls.div_ceil(usize::try_from(repeat * many).unwrap_or(1));
            format!("{:>8.0} ns {each:>4} polls", times[ROUNDS / 2])
        };
        let [all, woken] = &mut figures;
        println!("  {many:>5} {} {}", cell(all), cell(woken));
    }
}
