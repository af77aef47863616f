//! Counts instructions instead of time. callgrind's count is almost the same on
//! every run, so it shows differences that a clock does not.
//!
//! `sleep-cost` is an exception: its count varies by a tenth from run to run. How
//! often its thread parks depends on the clock, and so on everything else that the
//! machine does.
//!
//! callgrind runs this program again, for one sample of one contender.

use super::{Row, Scale, callgrind};
use crate::contenders::{Glommio, Named};
use std::{env, io, process::ExitCode};

/// The argument that makes this program run one sample to be counted.
pub const COMMAND: &str = "counted";

/// Counts the instructions per item for each entry of the row. `None` for an
/// entry that does not mark what is to be counted, or cannot run under valgrind.
///
/// # Errors
/// If valgrind cannot be started.
pub fn count(row: &Row) -> io::Result<Vec<Option<f64>>> {
    let entries = row.entries.iter();
    let counts = entries.map(|entry| {
        // glommio hangs under valgrind: its threads wait for ever.
        if entry.name == Glommio::NAME {
            return Ok(None);
        }
        match count_one(&row.key, entry.name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
            Err(error) => {
                eprintln!("{} of {} is not counted: {error}", row.key, entry.name);
                Ok(None)
            }
            counted => counted,
        }
    });
    counts.collect()
}

fn count_one(row: &str, contender: &str) -> io::Result<Option<f64>> {
    let events = callgrind::count(&env::current_exe()?, &[], &[COMMAND, row, contender])?;
    Ok(events.and_then(|events| events.first().copied()))
}

/// Runs one sample, then prints the number of its items.
pub fn run(arguments: &[String], rows: &[Row]) -> ExitCode {
    let [row, contender] = arguments else {
        return ExitCode::FAILURE;
    };
    let entries = rows.iter().filter(|it| it.key == *row);
    let mut entries = entries.flat_map(|row| &row.entries);
    let Some(entry) = entries.find(|entry| entry.name == contender) else {
        return ExitCode::FAILURE;
    };
    // callgrind makes everything about fifty times slower.
    (entry.sample)(Scale { divisor: 10 });
    callgrind::report();
    ExitCode::SUCCESS
}
