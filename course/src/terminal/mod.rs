//! Output for people: colours, errors with their causes, verdicts, keys.

mod clean;
mod fit;
mod keys;
mod paint;
mod verdict;
mod warnings;
mod wrap;

pub use clean::clean;
pub use fit::Size;
pub use keys::{Key, Keys};
pub use paint::Paint;
pub use verdict::{brief, next_step, summary, verdict};
pub use warnings::show_warnings;
pub use wrap::{first_sentences, paragraphs, prose, wrapped};

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Prints an error, its causes, and what to do.
pub fn print_error(error: &dyn Error, advice: Option<&str>) {
    complain(&error_text(error, advice, Paint::for_stderr()));
}

/// Prints what failed, why, and what to do. The program continues.
pub fn print_warning(what: &str, error: &dyn Error, advice: Option<&str>) {
    complain(&warning_text(what, error, advice, Paint::for_stderr()));
}

/// What failed, why, and what to do, as text.
pub fn warning_text(what: &str, error: &dyn Error, advice: Option<&str>, paint: Paint) -> String {
    let head = format!("{} {what}", paint.yellow("warning:"));
    with_causes(head, Some(error), advice, paint)
}

/// An error, its causes, and what to do, as text.
pub fn error_text(error: &dyn Error, advice: Option<&str>, paint: Paint) -> String {
    let head = format!("{} {error}", paint.red("error:"));
    with_causes(head, error.source(), advice, paint)
}

fn with_causes(
    head: String,
    mut cause: Option<&dyn Error>,
    advice: Option<&str>,
    paint: Paint,
) -> String {
    let mut text = head + "\n";
    while let Some(error) = cause {
        // Skip a cause that its error has already printed.
        let said = error.to_string();
        let _ = writeln!(text, "  because: {}", indented(&said, 11));
        cause = error.source();
    }
    if let Some(advice) = advice {
        let _ = writeln!(text, "  {} {advice}", paint.bold("help:"));
    }
    text.truncate(text.trim_end().len());
    text
}

/// Prints prose to stdout. Unlike `println!`, it does not panic if the pipe is closed.
pub fn tell(text: &str) {
    let line = prose(&clean(text, Paint::for_stdout()));
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints prose to stderr, also without a panic.
pub fn complain(text: &str) {
    let line = wrap::prose_in(&clean(text, Paint::for_stderr()), Size::of_stderr());
    let _ = writeln!(io::stderr(), "{line}");
}

/// `1 line`, `2 lines`.
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Indents all lines after the first.
pub(crate) fn indented(text: &str, by: usize) -> String {
    text.trim_end()
        .replace('\n', &format!("\n{}", " ".repeat(by)))
}
