//! Counts the instructions of a piece of work with callgrind.
//!
//! Two functions that do almost nothing tell callgrind when to begin and when to
//! end. callgrind runs a program that does the work between them. It counts all
//! threads and runs them one after the other.

use std::{
    env, fs, io,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

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

/// Prints the number of items for [`count`], which has started this program.
pub fn report() {
    // Ordering: Relaxed, as in `counting_begins`.
    println!("{}", ITEMS.load(Relaxed));
}

/// The events per item, in callgrind's order. The first are the instructions.
pub type Events = Vec<f64>;

/// Runs a program under callgrind with these options and arguments. The program
/// calls [`report`] at its end. `None` if it does not mark what is to be counted.
///
/// # Errors
/// If valgrind cannot be started, or if the program fails.
pub fn count(program: &Path, options: &[&str], arguments: &[&str]) -> io::Result<Option<Events>> {
    let folder = env::temp_dir().join(format!("wakeful-callgrind-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let out = folder.join("out");
    let child = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .args([
            "--zero-before=*counting_begins*",
            "--dump-before=*counting_ends*",
        ])
        .args(options)
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(arguments)
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
            let totals = totals(&part?).ok_or_else(unclear)?;
            let per_item = totals.iter().map(|total| *total as f64 / f64::from(items));
            Ok(Some(per_item.collect()))
        }
        Err(_) => Err(unclear()),
    }
}

/// Reads the number of each event from a part of callgrind's output.
fn totals(part: &str) -> Option<Vec<u64>> {
    let line = part.lines().find_map(|line| line.strip_prefix("totals:"))?;
    let totals = line.split_whitespace().map(|total| total.parse().ok());
    totals.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_are_read_from_a_part_of_the_output() {
        let part = "version: 1\nevents: Ir\nfn=(1)\n12 300\n\ntotals: 4520000\n";
        assert_eq!(totals(part), Some(vec![4_520_000]));
        assert_eq!(totals("events: Ir Dr\ntotals: 7 2\n"), Some(vec![7, 2]));
        assert_eq!(totals("events: Ir\n"), None);
    }
}
