//! The invariants of a page, from its section `## Invariants`. The verifier checks them, and
//! `{{#invariants}}` lists those of all pages.
//!
//! Each invariant is one item of the section's numbered list, and it names the tests that check it.
//! The index repeats the text, with links that work from the index page.

use std::fmt::Write;

use super::{
    claims::{Invariant, PageFacts},
    inline::{self, Links},
    problem::Fault,
    scan::{Piece, pieces},
    site::Site,
};
use crate::terminal::count;

const HEADING: &str = "## Invariants";

/// The invariants of a page, with their numbers.
pub fn read(page: &str) -> Vec<Invariant> {
    let mut found: Vec<Invariant> = Vec::new();
    let (mut inside, mut open) = (false, false);
    for piece in pieces(page) {
        let Piece::Prose { line, text } = piece else {
            open = false;
            continue;
        };
        for (line, text) in (line..).zip(text.lines()) {
            if text.starts_with("## ") {
                inside = text.trim_end() == HEADING;
                open = false;
            } else if let Some((number, text)) = item(text).filter(|_| inside) {
                found.push(Invariant {
                    number,
                    text: text.into(),
                    line,
                });
                open = true;
            } else if text.trim().is_empty() {
                open = false;
            } else if let Some(last) = found.last_mut().filter(|_| open) {
                last.text.push(' ');
                last.text.push_str(text.trim());
            }
        }
    }
    found
}

/// Splits `3. **Delegation.** …` into its number and its text.
fn item(line: &str) -> Option<(usize, &str)> {
    let (number, text) = line.split_once(". ")?;
    Some((number.parse().ok()?, text.trim()))
}

/// The invariants of all chapters that have a page, as the Markdown of one page.
pub fn index(site: &Site, to_root: &str) -> Result<String, Fault> {
    let mut out = String::new();
    let (mut promises, mut tests) = (0, 0);
    for chapter in site.chapters() {
        let path = format!("book/src/{chapter}.md");
        if !site.layout().root().join(&path).is_file() {
            continue;
        }
        let text = site.read(&path)?;
        let page = format!("{to_root}{chapter}.html");
        let links = Links {
            to_root,
            tests_on: &page,
            glossary: site.glossary(),
        };
        let mut facts = PageFacts::default();
        let mut list = String::new();
        for invariant in read(&text) {
            let words = invariant.text.replace("](#", &format!("]({page}#"));
            let Ok(words) = inline::expand(&words, invariant.line, &links, &mut facts) else {
                // The expansion of the chapter's own page reports this error.
                continue;
            };
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(list, "{}. {words}", invariant.number);
            promises += 1;
        }
        tests += facts.tests.len();
        if !list.is_empty() {
            let number = chapter.split('-').next().unwrap_or_default();
            let _ = writeln!(
                out,
                "## {number} {}\n\n{list}\n<p class=\"from\"><a href=\"{page}#invariants\">\
                  See them on the chapter’s page</a></p>\n",
                title(&text)
            );
        }
    }
    Ok(format!(
        "<p class=\"count\">{}, {}.</p>\n\n{out}",
        count(promises, "invariant"),
        count(tests, "test")
    ))
}

fn title(page: &str) -> &str {
    page.lines()
        .find_map(|line| line.strip_prefix("# "))
        .unwrap_or_default()
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_of_the_numbered_list_is_one_invariant() {
        let page = "# A\n\n1. No.\n\n## Invariants\n\nBefore.\n\n1. **One.** It is:\n   {{#test a#b}}.\n\
                    2. Two.\n\n```text\n3. Not this.\n```\n\n## After\n\n4. Nor this.\n";
        let said: Vec<_> = read(page)
            .into_iter()
            .map(|invariant| (invariant.number, invariant.text, invariant.line))
            .collect();
        assert_eq!(
            said,
            [
                (1, "**One.** It is: {{#test a#b}}.".to_owned(), 9),
                (2, "Two.".to_owned(), 11),
            ]
        );
    }
}
