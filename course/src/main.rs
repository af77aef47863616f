//! `cargo course`: the reader's one command. All it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    course::cli::main()
}
