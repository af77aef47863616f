//! The preprocessor that mdBook calls: in process, or as the child of a stock mdBook.

use std::io::{Read, Write};

use mdbook_driver::errors::Error;
use mdbook_preprocessor::{
    Preprocessor, PreprocessorContext,
    book::{Book, BookItem},
    parse_input,
};

use super::{
    error::BookError,
    expand, generated,
    site::{Face, Site},
};

/// The name of the preprocessor in `book.toml`.
pub const NAME: &str = "course";

/// Expands all pages of a book in place, and writes the scripts of a published book. Returns everything that is
/// wrong with the pages.
fn expand_book(site: &Site, book: &mut Book) -> Result<(), BookError> {
    let mut problems = Vec::new();
    book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else {
            return;
        };
        let Some(path) = &chapter.source_path else {
            return;
        };
        let name = path.to_string_lossy().replace('\\', "/");
        let expanded = expand::page(site, &name, &chapter.content);
        chapter.content = expanded.markdown;
        problems.extend(expanded.problems);
    });
    if !problems.is_empty() {
        return Err(BookError::Pages(problems));
    }
    match site.face() {
        Face::Local => Ok(()),
        Face::Published => generated::write(site),
    }
}

/// The preprocessor for a build in process.
pub struct Course {
    site: Site,
}

impl Course {
    /// Creates a preprocessor that looks things up in `site`.
    pub fn new(site: Site) -> Self {
        Self { site }
    }
}

impl Preprocessor for Course {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book, Error> {
        expand_book(&self.site, &mut book)?;
        Ok(book)
    }
}

/// The preprocessor as a child of mdBook: reads a book from `input` and writes it to `output`.
pub fn as_child(input: impl Read, mut output: impl Write, site: &Site) -> Result<(), BookError> {
    let (_, mut book) = parse_input(input).map_err(BookError::Preprocess)?;
    expand_book(site, &mut book)?;
    let written = serde_json::to_vec(&book).map_err(|e| BookError::Preprocess(e.into()))?;
    output
        .write_all(&written)
        .map_err(|e| BookError::Preprocess(e.into()))
}
