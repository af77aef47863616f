//! What is printed for people: colours where the terminal has them, errors with their causes.

use std::error::Error;

/// Prints an error, what caused it, and what to do.
pub fn print_error(error: &dyn Error, advice: Option<&str>) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    if let Some(advice) = advice {
        eprintln!("  help: {advice}");
    }
}
