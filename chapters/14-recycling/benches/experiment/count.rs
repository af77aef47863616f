//! Counts instructions, loads and stores with valgrind's tool callgrind. The counts are the
//! same in each run, also on a busy machine.

use std::process::{Command, Stdio};
use std::{env, fs};

use super::{CALLS, Row};

/// The argument that makes this program do nothing but some runs of one row.
pub const COMMAND: &str = "counted";

const EVENTS: [&str; 4] = ["Ir", "Dr", "Dw", "Bi"];

/// Prints the counts of one call.
pub fn print(allocator: &str, rows: &[Row]) {
    println!(
        "{allocator:<32}{:>14}{:>8}{:>8}{:>16}",
        "instructions", "loads", "stores", "indirect jumps"
    );
    for (index, (name, _)) in rows.iter().enumerate() {
        // The difference leaves out how the program begins and ends.
        let [few, many] = [100, 300].map(|runs| total(index, runs));
        let calls = f64::from(200 * CALLS);
        let each = |event: usize| (many[event] - few[event]) / calls;
        println!(
            "{name:<32}{:>14.1}{:>8.1}{:>8.1}{:>16.1}",
            each(0),
            each(1),
            each(2),
            each(3)
        );
    }
}

/// Runs this program under callgrind, and reads its totals.
fn total(row: usize, runs: u32) -> [f64; 4] {
    let out = env::temp_dir().join(format!("wakeful-recycling-{}", std::process::id()));
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--cache-sim=yes", "--branch-sim=yes"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(env::current_exe().expect("this program has a path"))
        .args([COMMAND, &row.to_string(), &runs.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(ran.is_ok_and(|status| status.success()), "valgrind is needed, and ran not");
    let text = fs::read_to_string(&out).expect("callgrind has written its totals");
    fs::remove_file(&out).expect("the file is ours");
    let line = |key: &str| {
        let mut lines = text.lines();
        let values = lines.find_map(|line| line.strip_prefix(key));
        values.expect("callgrind's format").split_whitespace().collect::<Vec<_>>()
    };
    let (events, totals) = (line("events:"), line("totals:"));
    EVENTS.map(|event| {
        let index = events.iter().position(|it| *it == event);
        totals[index.expect("the event was counted")].parse().expect("a number")
    })
}

/// Runs one row some times.
pub fn run(arguments: &[String], rows: &[Row]) {
    let number = |index: usize| -> usize {
        arguments[index].parse().expect("`print` passes numbers")
    };
    for _ in 0..number(1) {
        std::hint::black_box(rows[number(0)].1)();
    }
}
