//! Building the book in process, through mdBook's own library.
//!
//! mdBook empties its output directory before it writes; whoever shows pages while the book is
//! rebuilt must hold them in memory (see `serve::pages`). Nothing here writes into the reader's
//! tree: the output directory is the caller's.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mdbook_driver::{MDBook, config::Config};

use super::{
    facts::PageFacts,
    preprocessor::{Course, expand_book},
    problem::BookError,
    site::Site,
};

/// A book that was built.
#[derive(Debug)]
pub struct Built {
    /// Where its files are.
    pub output: PathBuf,
    /// What each page draws on, in the order of the book.
    pub facts: Vec<PageFacts>,
}

/// Builds the book of `site` into `output`.
pub fn build(site: Site, output: &Path) -> Result<Built, BookError> {
    let (mut book, facts) = load(&site)?;
    book.config.build.build_dir = output.to_path_buf();
    let directory = book.root.clone();
    let failed = |source| BookError::MdBook { book: directory, source };
    book.with_preprocessor(Course::new(site));
    book.build().map_err(failed)?;
    Ok(Built { output: output.to_path_buf(), facts })
}

/// What each page draws on, without rendering anything.
pub fn page_facts(site: &Site) -> Result<Vec<PageFacts>, BookError> {
    load(site).map(|(_, facts)| facts)
}

/// The book as written, and its facts; fails with all that is wrong with its pages.
fn load(site: &Site) -> Result<(MDBook, Vec<PageFacts>), BookError> {
    let directory = site.root().join("book");
    let failed = |source| BookError::MdBook { book: directory.clone(), source };
    let config = directory.join("book.toml");
    let text = fs::read_to_string(&config).map_err(|source| BookError::Io { path: config, source })?;
    let config: Config = text.parse().map_err(failed)?;
    let book = MDBook::load_with_config(&directory, config).map_err(failed)?;
    let mut expanded = book.book.clone();
    let facts = expand_book(site, &mut expanded).map_err(BookError::Pages)?;
    Ok((book, facts))
}
