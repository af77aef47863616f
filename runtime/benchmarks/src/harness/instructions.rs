//! Counts instructions instead of time. callgrind's count is almost the same on
//! every run, so it shows differences that a clock does not.
//!
//! `sleep-cost` is an exception: its count varies by a tenth from run to run. How
//! often its thread parks depends on the clock, and so on everything else that the
//! machine does.
//!
//! Two functions that do almost nothing tell callgrind when to begin and when to
//! end. callgrind runs this program again, for one sample of one contender. It
//! counts all threads and runs them one after the other.

use super::{Row, Scale};
use crate::contenders::{Glommio, Named};
use std::{
    env, fs, io,
    process::{Command, ExitCode, Stdio},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// The argument that makes this program run one sample to be counted.
pub const COMMAND: &str = "counted";

/// The number of items that share the counted instructions.
static ITEMS: AtomicU32 = AtomicU32::new(0);

/// Counting begins here. callgrind finds this function by its name.
#[inline(never)]
pub fn counting_begins() {
    // Ordering: Relaxed. The thread that writes it also reads it.
    ITEMS.store(0, Relaxed);
}

/// Counting ends here, after `items` items.
#[inline(never)]
pub fn counting_ends(items: u32) {
    // Ordering: Relaxed, as in `counting_begins`.
    ITEMS.store(items, Relaxed);
}

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
    let folder = env::temp_dir().join(format!("wakeful-callgrind-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let out = folder.join("out");
    let child = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .args([
            "--zero-before=*counting_begins*",
            "--dump-before=*counting_ends*",
        ])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(env::current_exe()?)
        .args([COMMAND, row, contender])
        .stderr(Stdio::inherit())
        .output();
    // callgrind writes its counts in parts. The first part ends at the mark.
    let part = fs::read_to_string(out.with_extension("1")).map_err(io::Error::other);
    fs::remove_dir_all(&folder)?;
    let child =
        child.map_err(|error| io::Error::new(error.kind(), format!("valgrind: {error}")))?;
    let items = String::from_utf8_lossy(&child.stdout);
    let unclear = || io::Error::other(format!("the run ended with {}", child.status));
    match items.trim().parse::<u32>() {
        Ok(0) => Ok(None),
        Ok(items) => {
            let total = total(&part?).ok_or_else(unclear)?;
            Ok(Some(total as f64 / f64::from(items)))
        }
        Err(_) => Err(unclear()),
    }
}

/// Reads the number of instructions from a part of callgrind's output.
fn total(part: &str) -> Option<u64> {
    let line = part.lines().find_map(|line| line.strip_prefix("totals:"))?;
    line.trim().parse().ok()
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
    // Ordering: Relaxed, as in `counting_begins`.
    println!("{}", ITEMS.load(Relaxed));
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_a_part_of_the_output() {
        let part = "version: 1\nevents: Ir\nfn=(1)\n12 300\n\ntotals: 4520000\n";
        assert_eq!(total(part), Some(4_520_000));
        assert_eq!(total("events: Ir\n"), None);
    }
}
