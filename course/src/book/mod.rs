//! The book: directives, build, and what each page claims.

mod facts;

pub use facts::{
    FailingBlock, OutputUse, PageFacts, Prediction, RunBlock, SourceUse, TestRef, WidgetUse, facts,
};

use std::path::Path;

use crate::catalog::Layout;

/// Why the book, or one page of it, cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct BookError {
    /// What is wrong, with file and line.
    pub message: String,
}

/// Builds the whole book into `out`.
pub fn build(_layout: &Layout, _out: &Path) -> Result<(), BookError> {
    Ok(())
}
