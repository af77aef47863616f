//! Every word that the glossary explains is linked by some page.
//!
//! That a page links no word which the glossary does not explain needs no step of its own: the
//! book does not build then.

use std::collections::BTreeSet;

use super::report::{Found, VerifyError, count};
use crate::book::{self, Glossary};
use crate::catalog::Layout;
use crate::files;

/// Reads all pages but the glossary, and says which of its words none of them links.
pub(super) fn linked(layout: &Layout) -> Result<Found, VerifyError> {
    let src = layout.book().join("src");
    let page = src.join("glossary.md");
    if !page.is_file() {
        return Ok(Found::proved(count(0, "word")));
    }
    let glossary = Glossary::read(&files::read(&page)?);
    let mut linked = BTreeSet::new();
    for file in files::walk(&src, &|_| false)? {
        let path = src.join(file);
        if path != page && path.extension().is_some_and(|extension| extension == "md") {
            let terms = book::facts(layout, &path)?.terms;
            linked.extend(terms.into_iter().map(|term| term.entry));
        }
    }
    let mut found = Found::proved(count(glossary.entries.len(), "word"));
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
