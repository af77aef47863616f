//! Why the book did not build.

use std::path::PathBuf;

use super::{bundle::BundleError, playground::NoFile, problem::Problem};
use crate::{catalog::CatalogError, files::FileError};

/// Why the book did not build.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error("The book has {}:\n{}", count(.0.len()), lines(.0))]
    Pages(Vec<Problem>),
    #[error("mdBook could not build {}", .book.display())]
    MdBook {
        book: PathBuf,
        source: mdbook_driver::errors::Error,
    },
    #[error(transparent)]
    File(#[from] FileError),
    #[error("cannot read {}: {why}", path.display())]
    Identity { path: PathBuf, why: String },
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Playground(#[from] NoFile),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("mdBook must call this command with a book on standard input: {}", causes(.0))]
    Preprocess(mdbook_driver::errors::Error),
}

fn count(n: usize) -> String {
    if n == 1 {
        "one error".into()
    } else {
        format!("{n} errors")
    }
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|p| format!("  {p}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn causes(error: &mdbook_driver::errors::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
