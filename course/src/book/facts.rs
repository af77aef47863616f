//! Collects the claims of one page for the verifier.

use std::path::Path;

use super::{
    claims::PageFacts,
    error::BookError,
    expand,
    site::{Face, Site},
};
use crate::catalog::Layout;
use crate::files;

/// Collects what the page at `page` shows and claims.
pub fn facts(layout: &Layout, page: &Path) -> Result<PageFacts, BookError> {
    let text = files::read(page)?;
    let name = layout.show(page);
    let name = name.strip_prefix("book/src/").unwrap_or(&name);
    let site = Site::load(layout, Face::Local)?;
    let mut expanded = expand::page(&site, name, &text);
    if expanded.problems.is_empty() {
        // This search is slow, so only the verifier pays for it. Rebuilding the book does not.
        expanded.facts.words = site.glossary().used(&text);
        Ok(expanded.facts)
    } else {
        Err(BookError::Pages(expanded.problems))
    }
}
