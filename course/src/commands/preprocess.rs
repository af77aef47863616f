//! `cargo course preprocess`: a stock mdBook starts it to expand the directives.

use std::io;
use std::process::ExitCode;

use super::CommandError;
use crate::book::{Face, Site, preprocessor};
use crate::catalog::Layout;

/// Answers mdBook's question `supports`, or expands the book from stdin to stdout.
pub fn run(layout: &Layout, args: &[String]) -> Result<ExitCode, CommandError> {
    // The directives become HTML within Markdown. Every renderer that keeps HTML is supported.
    if args.first().is_none_or(|word| word != "supports") {
        let site = Site::load(layout, Face::Published)?;
        preprocessor::as_child(io::stdin().lock(), io::stdout().lock(), &site)?;
    }
    Ok(ExitCode::SUCCESS)
}
