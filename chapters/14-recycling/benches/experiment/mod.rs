//! The experiment of the source, and its corrected table. Each of the three benches runs it
//! with its own allocator:
//!
//! ```console
//! $ cargo bench -p recycling --features allocators
//! $ cargo bench -p recycling --features allocators -- --count
//! ```
//!
//! The strategies take turns, and a ratio compares two times of the same round. Its column
//! is the median. `--count` counts instructions instead, with valgrind.

mod count;
mod memory;
mod streams;
mod unlocked;

use std::hint::black_box;
use std::time::Instant;

use recycling::{counted, layouts, packed, slot::Slot};

use memory::{BoxDyn, Boxed, Thin, Wide};
use streams::{CALLS, run, run_by_hand, run_static};

const ROUNDS: usize = 301;
const RUNS: u32 = 100;

/// A name, and one run.
type Row = (&'static str, fn() -> u32);

/// The index of the row with which the others are compared.
const BASE: usize = 2;

const ROWS: [Row; 12] = [
    ("static dispatch", run_static),
    ("poll_next by hand", run_by_hand),
    ("Pin<Box<dyn Future>>", run::<BoxDyn, BoxDyn>),
    ("boxed, handle of two words", run::<Boxed, Boxed>),
    ("boxed, handle of one word", run::<Thin, Thin>),
    ("boxed, handle of three words", run::<Wide, Wide>),
    ("the source's mixture", run::<counted::Recycler, Boxed>),
    ("counted, atomic", run::<counted::Recycler, counted::Recycler>),
    ("counted, not atomic", run::<unlocked::Recycler, unlocked::Recycler>),
    ("packed", run::<packed::Recycler, packed::Recycler>),
    ("layouts", run::<layouts::Recycler, layouts::Recycler>),
    ("slot", run::<Slot, Slot>),
];

/// Prints the table for the allocator of this program.
pub fn main(allocator: &str) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(count::COMMAND) => count::run(&arguments[1..], &ROWS),
        Some("--count") => count::print(allocator, &ROWS),
        _ => print(allocator),
    }
}

fn print(allocator: &str) {
    let mut times = ROWS.map(|_| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        for ((_, run), times) in ROWS.iter().zip(&mut times) {
            times.push(time(*run));
        }
    }
    println!("{allocator:<32}{:>12}{:>24}", "ns a call", "relative to Box<dyn>");
    for ((name, _), own) in ROWS.iter().zip(&times) {
        let ratios = own.iter().zip(&times[BASE]).map(|(own, base)| own / base);
        let (time, ratio) = (median(own.iter().copied()), median(ratios));
        println!("{name:<32}{time:>12.1}{ratio:>24.2}");
    }
}

/// Nanoseconds of one call.
fn time(run: fn() -> u32) -> f64 {
    let begun = Instant::now();
    for _ in 0..RUNS {
        assert_eq!(black_box(run)(), CALLS - 1);
    }
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(RUNS * CALLS)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
