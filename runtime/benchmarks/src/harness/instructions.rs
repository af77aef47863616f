//! Instructions instead of time: callgrind counts the same on every run, and so
//! sees what a clock does not.
//!
//! callgrind is told to begin and to end by two functions that do next to
//! nothing. The program that it runs is this one again, for one sample of one
//! contender. All its threads count, one after the other.

use super::{Row, Scale};
use std::{
    env, fs, io,
    process::{Command, ExitCode, Stdio},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// The word on the command line that makes this program what is counted.
pub const COMMAND: &str = "counted";

/// Over how many items the instructions are spread.
static ITEMS: AtomicU32 = AtomicU32::new(0);

/// What is counted comes after this. Its name is callgrind's mark.
#[inline(never)]
pub fn counting_begins() {
    // Ordering: Relaxed; read by the thread that writes it.
    ITEMS.store(0, Relaxed);
}

/// And before this: so many items.
#[inline(never)]
pub fn counting_ends(items: u32) {
    // Ordering: as above.
    ITEMS.store(items, Relaxed);
}

/// Instructions per item of each of the row's entries; `None` for those that
/// do not compute in this process, and for who does it without counting.
///
/// # Errors
/// If there is no valgrind, or what it says is not understood.
pub fn count(row: &Row) -> io::Result<Vec<Option<f64>>> {
    let entries = row.entries.iter();
    entries
        .map(|entry| count_one(&row.key, entry.name))
        .collect()
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
    // The first part is what came before the end; the second would be the rest.
    let part = fs::read_to_string(out.with_extension("1"));
    fs::remove_dir_all(&folder)?;
    let child =
        child.map_err(|error| io::Error::new(error.kind(), format!("valgrind: {error}")))?;
    let items = String::from_utf8_lossy(&child.stdout);
    let unclear = || io::Error::other(format!("valgrind, of {contender}: {}", child.status));
    match items.trim().parse::<u32>() {
        Ok(0) => Ok(None),
        Ok(items) => {
            let total = total(&part?).ok_or_else(unclear)?;
            Ok(Some(total as f64 / f64::from(items)))
        }
        Err(_) => Err(unclear()),
    }
}

/// The instructions of a part, as callgrind writes it.
fn total(part: &str) -> Option<u64> {
    let line = part.lines().find_map(|line| line.strip_prefix("totals:"))?;
    line.trim().parse().ok()
}

/// Is what is counted: one sample, then the number of its items.
pub fn run(arguments: &[String], rows: &[Row]) -> ExitCode {
    let [row, contender] = arguments else {
        return ExitCode::FAILURE;
    };
    let entries = rows.iter().filter(|it| it.key == *row);
    let mut entries = entries.flat_map(|row| &row.entries);
    let Some(entry) = entries.find(|entry| entry.name == contender) else {
        return ExitCode::FAILURE;
    };
    // Under callgrind everything takes fifty times as long.
    (entry.sample)(Scale { divisor: 10 });
    // Ordering: as in `counting_begins`.
    println!("{}", ITEMS.load(Relaxed));
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_a_part() {
        let part = "version: 1\nevents: Ir\nfn=(1)\n12 300\n\ntotals: 4520000\n";
        assert_eq!(total(part), Some(4_520_000));
        assert_eq!(total("events: Ir\n"), None);
    }
}
