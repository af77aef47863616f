//! `cargo course`, the reader's command. The library does all the work.

use std::process::ExitCode;

fn main() -> ExitCode {
    course::cli::main()
}
