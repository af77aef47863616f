//! The programs that measure, one for each allocator. `program` starts them.

use crate::{
    contenders::{self, Contender},
    counter::allocations,
    harness::{
        callgrind::{self, counting_begins, counting_ends},
        clock::Processor,
    },
    rows::{ROWS, Row},
};
use std::{env, hint::black_box, process::ExitCode};

/// Takes one sample of each contender: `round NUMBER DIVISOR ROW,ROW… CONTENDER,CONTENDER…`.
pub const ROUND: &str = "round";
/// Counts the allocations of each contender, with the same arguments.
pub const ALLOCATIONS: &str = "allocations";
/// Does the work of one sample for callgrind: `instructions ROW CONTENDER`.
pub const INSTRUCTIONS: &str = "instructions";

/// callgrind makes everything about fifty times slower.
const COUNTED_PASSES: u32 = 4;

/// Separates the words of a line. The names of contenders contain spaces.
pub const TAB: char = '\t';

pub fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [ROUND, number, divisor, rows, names] => {
            let (Ok(number), Ok(divisor)) = (number.parse(), divisor.parse::<u32>()) else {
                return usage();
            };
            each(rows, names, number, |row, contender| {
                nanos(row, contender, (row.passes / divisor).max(1))
            });
        }
        [ALLOCATIONS, rows, names] => each(rows, names, 0, allocations_per_item),
        [INSTRUCTIONS, row, name] => {
            let (Some(row), Some(contender)) = (row_named(row), contender_named(name)) else {
                return usage();
            };
            pass(row, &contender, row.items);
            counting_begins();
            for _ in 0..COUNTED_PASSES {
                pass(row, &contender, row.items);
            }
            counting_ends(COUNTED_PASSES * row.calls);
            callgrind::report();
        }
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("The program `dynamic-benchmarks` starts this one.");
    ExitCode::FAILURE
}

fn row_named(key: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.key == key)
}

fn contender_named(name: &str) -> Option<Contender> {
    contenders::all().into_iter().find(|one| one.name == name)
}

/// Prints a figure for each of these rows and contenders.
fn each(rows: &str, names: &str, round: usize, figure: impl Fn(&Row, &Contender) -> f64) {
    let names: Vec<&str> = names.split(TAB).collect();
    let mut contenders = contenders::all();
    contenders.retain(|contender| names.contains(&contender.name));
    for row in rows.split(TAB).filter_map(row_named) {
        let able: Vec<_> = contenders.iter().filter(|it| it.can(row.work)).collect();
        // Each round starts with another contender. So a contender does not always find the
        // caches and the heap of the same predecessor.
        for turn in 0..able.len() {
            let contender = able[(round + turn) % able.len()];
            let figure = figure(row, contender);
            println!("{}{TAB}{}{TAB}{figure}", row.key, contender.name);
        }
    }
}

/// Makes the objects, takes all items and drops the objects.
fn pass(row: &Row, contender: &Contender, items: u32) {
    black_box((contender.run)(row.work, items));
}

/// The processor time of one item in nanoseconds.
fn nanos(row: &Row, contender: &Contender, passes: u32) -> f64 {
    // One pass fills the caches, and teaches the predictor of branches.
    pass(row, contender, row.items);
    let before = Processor::HERE.nanos();
    for _ in 0..passes {
        pass(row, contender, row.items);
    }
    let after = Processor::HERE.nanos();
    (after - before) as f64 / (f64::from(passes) * f64::from(row.calls))
}

/// The allocations of one item, without those of the objects and of the first items.
pub fn allocations_per_item(row: &Row, contender: &Contender) -> f64 {
    let of = |items| allocations(|| pass(row, contender, items));
    // The first pass fills pools.
    of(row.items);
    (of(2 * row.items) - of(row.items)) as f64 / f64::from(row.items)
}
