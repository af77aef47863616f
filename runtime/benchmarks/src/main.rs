//! What `wakeful` costs beside its peers: the tables.
//!
//! ```text
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- spawn yield
//! cargo run --release --manifest-path runtime/benchmarks/Cargo.toml -- --quick
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

use harness::{Table, table};
use options::Options;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((network::COMMAND, rest)) = arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        return network::run(rest);
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
        println!("{}", measure(&table, &options));
    }
    ExitCode::SUCCESS
}

fn measure(table: &Table, options: &Options) -> String {
    let measured = table.rows.iter().map(|row| {
        // A row takes its time; say which one does.
        eprintln!("{} …", row.key);
        row.run(options.scale, options.rounds)
    });
    table::render(table.title, &measured.collect::<Vec<_>>())
}
