//! A block of code from a page, built against its chapter's crate: what ▶ runs and the verifier checks.

use std::path::PathBuf;

use super::{Limits, RunError};
use crate::catalog::{Chapter, Layout};

/// A block that was given to the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The program, if it compiled.
    pub program: Option<PathBuf>,
    /// What the compiler said, rendered for people, without colours.
    pub diagnostics: String,
    /// The codes of its errors: `E0499`.
    pub codes: Vec<String>,
}

/// Compiles `code` against the chapter's crate; without an `fn main` it is wrapped in one.
/// One at a time for each `slot` (a short name: `run`, `verify`), which names the directory it is built in.
pub async fn build(
    _layout: &Layout,
    _chapter: &Chapter,
    _slot: &str,
    _code: &str,
    _limits: &Limits,
) -> Result<Built, RunError> {
    Err(RunError::KeepsChanging)
}
