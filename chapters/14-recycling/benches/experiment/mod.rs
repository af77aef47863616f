//! The experiment of the source, and its corrected table. Each of the three benches runs it
//! with its own allocator:
//!
//! ```console
//! $ cargo bench -p recycling --features allocators
//! $ cargo bench -p recycling --features allocators -- --count
//! ```
//!
//! The strategies take turns, and a ratio compares two times of the same round. The table
//! shows the median of many rounds in many programs, and the lowest and highest of the
//! programs. `--count` counts instructions instead, with valgrind.

mod count;
mod memory;
mod streams;
mod unlocked;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use recycling::{counted, layouts, packed, slot::Slot};

use memory::{BoxDyn, BoxDynInPlace, Boxed, Moved, Thin, Wide};
use streams::{CALLS, run, run_by_hand, run_static};

/// The programs that measure, one after the other. A program has its stack and its heap at
/// addresses of its own, and that changes the times of some rows by a third.
const PROGRAMS: usize = 15;
const ROUNDS: usize = 100;
const RUNS: u32 = 40;

/// The argument that makes this program measure, and print numbers.
const ONCE: &str = "once";

/// A name, and one run.
type Row = (&'static str, fn() -> u32);

/// The index of the row with which the others are compared.
const BASE: usize = 2;

const ROWS: [Row; 14] = [
    ("static dispatch", run_static),
    ("poll_next by hand", run_by_hand),
    ("Pin<Box<dyn Future>>", run::<BoxDyn, BoxDyn>),
    ("the same, made in the box", run::<BoxDynInPlace, BoxDynInPlace>),
    ("boxed, handle of two words", run::<Boxed, Boxed>),
    ("boxed, handle of one word", run::<Thin, Thin>),
    ("boxed, handle of three words", run::<Wide, Wide>),
    ("the source's mixture", run::<counted::Recycler, Boxed>),
    ("counted, atomic", run::<counted::Recycler, counted::Recycler>),
    ("counted, not atomic", run::<unlocked::Recycler, unlocked::Recycler>),
    ("packed", run::<packed::Recycler, packed::Recycler>),
    ("layouts", run::<layouts::Recycler, layouts::Recycler>),
    ("slot", run::<Slot, Slot>),
    ("slot, future moved into it", run::<Moved, Moved>),
];

/// Prints the table for the allocator of this program.
pub fn main(allocator: &str) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(count::COMMAND) => count::run(&arguments[1..], &ROWS),
        Some("--count") => count::print(allocator, &ROWS),
        Some(ONCE) => once(),
        _ => print(allocator),
    }
}

/// Lets other programs measure, and prints the medians of their results.
fn print(allocator: &str) {
    let mut results = ROWS.map(|_| (Vec::new(), Vec::new()));
    for _ in 0..PROGRAMS {
        let this = std::env::current_exe().expect("this program has a path");
        let output = Command::new(this).arg(ONCE).output().expect("this program starts");
        let text = String::from_utf8(output.stdout).expect("it prints numbers");
        assert_eq!(text.lines().count(), ROWS.len(), "each row has a line");
        for (line, (times, ratios)) in text.lines().zip(&mut results) {
            let (time, ratio) = line.split_once(' ').expect("a line has two numbers");
            times.push(time.parse().expect("a number"));
            ratios.push(ratio.parse().expect("a number"));
        }
    }
    println!(
        "{allocator:<30}{:>10}{:>12}{:>9}{:>9}",
        "ns a call", "to Box<dyn>", "lowest", "highest"
    );
    for ((name, _), (times, mut ratios)) in ROWS.iter().zip(results) {
        let (time, ratio) = (median(times), median(ratios.clone()));
        ratios.sort_by(f64::total_cmp);
        let (lowest, highest) = (ratios[0], ratios[PROGRAMS - 1]);
        println!("{name:<30}{time:>10.1}{ratio:>12.2}{lowest:>9.2}{highest:>9.2}");
    }
}

/// Measures each row, and prints its time and its ratio.
fn once() {
    let mut times = ROWS.map(|_| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        for ((_, run), times) in ROWS.iter().zip(&mut times) {
            times.push(time(*run));
        }
    }
    for own in &times {
        let ratios = own.iter().zip(&times[BASE]).map(|(own, base)| own / base);
        println!("{} {}", median(own.clone()), median(ratios.collect()));
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
