//! `cargo course preprocess`: what a stock mdBook starts to expand the directives.

use std::io;
use std::process::ExitCode;

use super::CommandError;
use crate::book::{Site, preprocessor};
use crate::catalog::Layout;

/// Answers mdBook's `supports`, or turns the book on stdin into the one on stdout.
pub fn run(layout: &Layout, args: &[String]) -> Result<ExitCode, CommandError> {
    // What the directives become is HTML within Markdown: any renderer that keeps it will do.
    if args.first().is_none_or(|word| word != "supports") {
        let site = Site::load(layout)?;
        preprocessor::as_child(io::stdin().lock(), io::stdout().lock(), &site)?;
    }
    Ok(ExitCode::SUCCESS)
}
