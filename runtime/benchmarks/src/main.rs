//! Measures `wakeful` and its peers, and prints the results as tables.
//!
//! ```text
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- spawn yield
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- --quick
//! ```
//!
//! `--detail` also prints the distribution of the samples. `--count` counts
//! instructions instead of time. On one thread the count of most rows is almost the
//! same on every run, so it shows small differences.
//!
//! Count with one of these features to see the cost of task dumps and tracing: `taskdump` and
//! `tracing` for a program that does not enable them, `taskdump-enabled` for a
//! program that does.
//!
//! ```text
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- --count --only wakeful
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml --features taskdump -- --count --only wakeful
//! ```
//!
//! To see where the instructions of one row go, build the program, and run one
//! contender alone:
//!
//! ```text
//! valgrind --tool=callgrind runtime/benchmarks/target/release/wakeful-benchmarks spawn --only wakeful
//! ```

#[cfg(not(target_os = "linux"))]
compile_error!(
    "the benchmarks run on Linux only: they read the processor clocks of other processes"
);

mod contenders;
mod harness;
mod network;
mod options;
mod rows;

use harness::{Table, instructions, table};
use options::Options;
use std::{io, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        Some((network::COMMAND, rest)) => return network::run(rest),
        Some((instructions::COMMAND, rest)) => {
            let rows = rows::tables().into_iter().flat_map(|table| table.rows);
            return instructions::run(rest, &rows.collect::<Vec<_>>());
        }
        _ => {}
    }
    let options = match Options::parse(arguments.into_iter()) {
        Ok(options) => options,
        Err(help) => {
            eprintln!("{help}");
            return ExitCode::FAILURE;
        }
    };
    let missing = contenders::missing();
    for (name, error) in &missing {
        eprintln!("{name} is left out: {error}");
    }
    let tables = options.chosen(rows::tables(), |name| {
        missing.iter().all(|(missing, _)| *missing != name)
    });
    if tables.is_empty() {
        eprintln!("No row fits these options. These are the rows:");
        for row in rows::tables().iter().flat_map(|table| &table.rows) {
            eprintln!("  {:<16} {}", row.key, row.title);
        }
        return ExitCode::FAILURE;
    }
    for table in tables {
        if !options.count {
            println!("{}", measure(&table, &options));
            continue;
        }
        match count(&table) {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("the instructions could not be counted: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if !options.count {
        println!("{}", table::LEGEND);
    }
    ExitCode::SUCCESS
}

fn count(table: &Table) -> io::Result<String> {
    let counted = table.rows.iter().map(|row| {
        eprintln!("{} …", row.key);
        instructions::count(row).map(|counts| (row, counts))
    });
    let counted = counted.collect::<io::Result<Vec<_>>>()?;
    let (threads, _) = table.title.split_once(',').unwrap_or((table.title, ""));
    let title = format!("{threads}, instructions per item");
    Ok(table::render_counts(&title, &counted))
}

fn measure(table: &Table, options: &Options) -> String {
    let measured = table.rows.iter().map(|row| {
        // A row takes seconds, so show which one runs.
        eprintln!("{} …", row.key);
        row.run(options.scale, options.rounds)
    });
    let measured = measured.collect::<Vec<_>>();
    let mut text = table::render(table.title, &measured);
    if options.detail {
        text.push('\n');
        text.push_str(&table::render_details(&measured));
    }
    text
}
