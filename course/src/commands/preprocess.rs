//! `cargo course preprocess`: what a stock mdBook starts to expand the directives.

use std::process::ExitCode;

use super::CommandError;
use crate::catalog::Layout;

/// Answers mdBook's `supports`, or turns the book on stdin into the one on stdout.
pub fn run(_layout: &Layout, _args: &[String]) -> Result<ExitCode, CommandError> {
    Ok(ExitCode::SUCCESS)
}
