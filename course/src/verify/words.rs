//! Checks that a page links every term of the glossary, and that the first chapter which uses a
//! term links it.
//!
//! A link to a term without an entry needs no check here, because the book would not build.

use std::collections::BTreeSet;

use super::report::{Found, VerifyError, count};
use crate::book::{self, Glossary};
use crate::catalog::Layout;
use crate::files;

/// Reads all pages except the glossary, and finds terms without the links they need.
pub(super) fn linked(layout: &Layout) -> Result<Found, VerifyError> {
    let src = layout.book().join("src");
    let page = src.join("glossary.md");
    if !page.is_file() {
        return Ok(Found::proved(count(0, "word")));
    }
    let glossary = Glossary::read(&files::read(&page)?);
    let mut found = Found::proved(count(glossary.entries.len(), "word"));
    // A term counts as reported after its first finding, so we report it once.
    let (mut linked, mut told) = (BTreeSet::new(), BTreeSet::new());
    // In this order the chapters come first, in the book's order. The other pages come after them,
    // because readers may skip those.
    for file in files::walk(&src, &|_| false)? {
        let path = src.join(file);
        if path == page || path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let facts = book::facts(layout, &path)?;
        linked.extend(facts.terms.into_iter().map(|term| term.entry));
        let stem = path.file_stem().unwrap_or_default();
        if !layout.chapters().join(stem).is_dir() {
            continue;
        }
        for word in facts.words {
            if !linked.contains(&word.entry) && told.insert(word.entry.clone()) {
                let entry = word.entry.to_lowercase();
                found.add(
                    format!("{}:{}: {entry:?} is used here, but neither this chapter nor an earlier one links it", facts.page, word.line),
                    format!("write `{{{{#term {entry}}}}}`. If the word has another meaning there, put `<!-- not the glossary's: {entry} -->` on a line of the page"),
                );
            }
        }
    }
    for entry in &glossary.entries {
        if !linked.contains(entry) {
            found.add(
                format!("{}: no page links {entry:?}", layout.show(&page)),
                format!(
                    "write `{{{{#term {}}}}}` where a page first uses the word, or remove the entry",
                    entry.to_lowercase()
                ),
            );
        }
    }
    Ok(found)
}
