//! Every word that the glossary explains is linked by some page, and by the first chapter that uses it.
//!
//! That a page links no word which the glossary does not explain needs no step of its own: the
//! book does not build then.

use std::collections::BTreeSet;

use super::report::{Found, VerifyError, count};
use crate::book::{self, Glossary};
use crate::catalog::Layout;
use crate::files;

/// Reads all pages but the glossary, and says which of its words are not linked where they should be.
pub(super) fn linked(layout: &Layout) -> Result<Found, VerifyError> {
    let src = layout.book().join("src");
    let page = src.join("glossary.md");
    if !page.is_file() {
        return Ok(Found::proved(count(0, "word")));
    }
    let glossary = Glossary::read(&files::read(&page)?);
    let mut found = Found::proved(count(glossary.entries.len(), "word"));
    // What is told once is known from there on, but not yet linked.
    let (mut linked, mut told) = (BTreeSet::new(), BTreeSet::new());
    // In their order: alphabetical is the book's, and the pages around the chapters come after
    // them, which nobody has to have read.
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
                    format!("{}:{}: {entry:?} is used here, and neither this chapter nor one before links it", facts.page, word.line),
                    format!("write `{{{{#term {entry}}}}}`, or, if it means something else there, `<!-- not the glossary's: {entry} -->` on a line of the page"),
                );
            }
        }
    }
    for entry in &glossary.entries {
        if !linked.contains(entry) {
            found.add(
                format!("{}: no page links {entry:?}", layout.show(&page)),
                format!(
                    "write `{{{{#term {}}}}}` where a page first uses the word, or leave the entry away",
                    entry.to_lowercase()
                ),
            );
        }
    }
    Ok(found)
}
