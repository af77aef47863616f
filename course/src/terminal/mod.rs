//! What is printed for people: colours where the terminal has them, errors
//! with their causes, verdicts, keys.

mod keys;
mod paint;
mod verdict;

pub use keys::{Key, Keys};
pub use paint::Paint;
pub use verdict::{summary, verdict};

use std::error::Error;
use std::fmt::Write as _;

/// Prints an error, what caused it, and what to do.
pub fn print_error(error: &dyn Error, advice: Option<&str>) {
    let paint = Paint::for_stderr();
    let mut text = format!("{} {error}\n", paint.red("error:"));
    let mut cause = error.source();
    while let Some(error) = cause {
        // An error that prints its cause itself has said this already.
        let said = error.to_string();
        let _ = writeln!(text, "  because: {}", indented(&said, 11));
        cause = error.source();
    }
    if let Some(advice) = advice {
        let _ = writeln!(text, "  {} {advice}", paint.bold("help:"));
    }
    eprint!("{text}");
}

/// The lines after the first, moved in to stand below it.
pub(crate) fn indented(text: &str, by: usize) -> String {
    text.trim_end()
        .replace('\n', &format!("\n{}", " ".repeat(by)))
}
