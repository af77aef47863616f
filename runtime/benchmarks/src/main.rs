//! What `wakeful` costs beside its peers: the tables.
//!
//! ```text
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- spawn yield
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- --quick
//! ```
//!
//! `--detail` tells where the samples lie. `--count` counts instructions instead
//! of time, which are the same on every run where one thread computes; with it,
//! what the runtime's notes cost: those that nobody switched on by the features
//! `trace` and `tracing`, those that somebody did by `traced`.
//!
//! ```text
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- --count --only wakeful
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml --features trace -- --count --only wakeful
//! ```
//!
//! To see where the instructions of one row go, let one contender run alone:
//!
//! ```text
//! valgrind --tool=callgrind target/release/wakeful-benchmarks spawn --only wakeful
//! ```

#[cfg(not(target_os = "linux"))]
compile_error!("the benchmarks read Linux's processor clocks of other processes");

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
    if !network::wrk::is_there() {
        eprintln!("there is no wrk here: the rows about HTTP are left out");
    }
    let tables = options.chosen(rows::tables());
    if tables.is_empty() {
        eprintln!("no row and contender are called that; these are the rows:");
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
                eprintln!("instructions are not counted: {error}");
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
        // A row takes its time; say which one does.
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
