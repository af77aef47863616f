//! `cargo course site`: builds the book for the web, or for a folder on a disk.

use std::path::PathBuf;
use std::process::ExitCode;

use super::CommandError;
use crate::book;
use crate::catalog::Layout;
use crate::terminal::tell;

/// Builds the published book into `out`, or into `book/book`.
pub fn run(layout: &Layout, out: Option<PathBuf>) -> Result<ExitCode, CommandError> {
    let out = out.unwrap_or_else(|| layout.book().join("book"));
    book::publish(layout, &out)?;
    tell(&format!(
        "The book is in {}. Open {} in a browser, or copy the folder to a web server.",
        out.display(),
        out.join("index.html").display()
    ));
    Ok(ExitCode::SUCCESS)
}
