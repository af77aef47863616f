//! The expansion as mdBook calls it: in process, or as the child of a stock mdBook.

use std::io::{Read, Write};

use mdbook_driver::errors::Error;
use mdbook_preprocessor::{
    Preprocessor, PreprocessorContext,
    book::{Book, BookItem},
    parse_input,
};

use super::{
    expand,
    facts::PageFacts,
    problem::{BookError, Problem},
    site::Site,
};

/// The name under which `book.toml` registers it.
pub const NAME: &str = "course";

/// Expands a whole book, in place; the facts are in the order of the book.
pub fn expand_book(site: &Site, book: &mut Book) -> Result<Vec<PageFacts>, Vec<Problem>> {
    let mut facts = Vec::new();
    let mut problems = Vec::new();
    book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else { return };
        let Some(path) = &chapter.source_path else { return };
        let name = path.to_string_lossy().replace('\\', "/");
        let expanded = expand::page(site, &name, &chapter.content);
        chapter.content = expanded.markdown;
        facts.push(expanded.facts);
        problems.extend(expanded.problems);
    });
    if problems.is_empty() { Ok(facts) } else { Err(problems) }
}

/// The preprocessor in process.
pub struct Course {
    site: Site,
}

impl Course {
    /// One that looks things up in `site`.
    pub fn new(site: Site) -> Self {
        Self { site }
    }
}

impl Preprocessor for Course {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book, Error> {
        expand_book(&self.site, &mut book).map_err(BookError::Pages)?;
        Ok(book)
    }
}

/// The preprocessor as mdBook's child: the book on `input`, the expanded book on `output`.
/// `site` makes the site from the root of the repository.
pub fn as_child(
    input: impl Read,
    mut output: impl Write,
    site: impl FnOnce(&std::path::Path) -> Result<Site, BookError>,
) -> Result<(), BookError> {
    let (context, mut book) = parse_input(input).map_err(BookError::Preprocess)?;
    let root = context.root.parent().unwrap_or(&context.root);
    expand_book(&site(root)?, &mut book).map_err(BookError::Pages)?;
    let written = serde_json::to_vec(&book).map_err(|e| BookError::Preprocess(e.into()))?;
    output.write_all(&written).map_err(|e| BookError::Preprocess(e.into()))
}
