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

use harness::{Row, table};
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
    let rows = options.chosen(rows::one_thread());
    if rows.is_empty() {
        eprintln!("no row is called that; these are:");
        for row in rows::one_thread() {
            eprintln!("  {:<12} {}", row.key, row.title);
        }
        return ExitCode::FAILURE;
    }
    let run = |row: &'_ Row| {
        // The rows take their time; say which one does.
        eprintln!("{} …", row.key);
    };
    let outcomes: Vec<_> = rows
        .iter()
        .inspect(|row| run(row))
        .map(|row| row.run(options.scale, options.rounds))
        .collect();
    print!("{}", table::render("one thread, processor time", &outcomes));
    ExitCode::SUCCESS
}
