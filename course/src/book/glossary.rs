//! The glossary: the terms that `{{#term …}}` can link to.

use super::{
    claims::TermUse,
    problem::Fault,
    scan::{Piece, pieces},
};

/// Starts a comment on a page that lists words with another meaning on this page.
const OTHERWISE: &str = "<!-- not the glossary's: ";

/// The entries of `glossary.md`, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    /// The names of the entries, as in the glossary: `Live local`.
    pub entries: Vec<String>,
}

impl Glossary {
    /// Reads the page. An entry is a line with its explanation, `: …`, on the next line.
    pub fn read(page: &str) -> Self {
        let lines: Vec<&str> = page.lines().collect();
        let entries = lines.windows(2).filter(|pair| pair[1].starts_with(": "));
        Self {
            entries: entries.map(|pair| pair[0].trim().to_owned()).collect(),
        }
    }

    /// Finds the entry for `word`, in upper or lower case. The error suggests similar entries.
    pub fn find(&self, word: &str) -> Result<&str, Fault> {
        let found = self.entries.iter().find(|entry| id(entry) == id(word));
        found.map(String::as_str).ok_or_else(|| Fault::NoTerm {
            term: word.into(),
            known: self.nearest(word),
        })
    }

    /// The entries that a page's prose uses, each at its first use, in singular or plural, with or
    /// without a link. The comment `<!-- not the glossary's: frame -->` excludes a word that has
    /// another meaning on this page.
    pub fn used(&self, page: &str) -> Vec<TermUse> {
        let otherwise: Vec<String> = page
            .lines()
            .filter_map(|line| line.strip_prefix(OTHERWISE)?.strip_suffix("-->"))
            .flat_map(|words| words.split(',').map(id))
            .collect();
        let prose = prose(page);
        let meant = |entry: &&String| !otherwise.contains(&id(entry));
        let first = |entry: &String| {
            let word = entry.to_lowercase();
            let (line, _) = prose.iter().find(|(_, text)| has_word(text, &word))?;
            Some(TermUse {
                entry: entry.clone(),
                line: *line,
            })
        };
        self.entries
            .iter()
            .filter(meant)
            .filter_map(first)
            .collect()
    }

    fn nearest(&self, word: &str) -> Vec<String> {
        /// The largest number of suggestions.
        const SUGGESTIONS: usize = 3;
        let likeness = |entry: &String| strsim::jaro_winkler(&id(entry), &id(word));
        let mut entries = self.entries.clone();
        entries.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
        entries.truncate(SUGGESTIONS);
        entries
    }
}

/// The lines of a page that are sentences, in lower case, with their numbers.
fn prose(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut drawing = false;
    for piece in pieces(page) {
        let Piece::Prose { line, text } = piece else {
            continue;
        };
        for (line, text) in (line..).zip(text.lines()) {
            drawing |= text.contains("<svg");
            if !drawing && !text.starts_with('#') {
                found.push((line, without_marks(text).to_lowercase()));
            }
            drawing &= !text.contains("</svg>");
        }
    }
    found
}

/// A line without code, directives, tags and link targets.
fn without_marks(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    let ends = [("`", "`"), ("{{#", "}}"), ("<", ">"), ("](", ")")];
    while let Some((at, (start, end))) = ends
        .iter()
        .filter_map(|mark| Some((rest.find(mark.0)?, *mark)))
        .min()
    {
        out.push_str(&rest[..at]);
        out.push(' ');
        let inside = &rest[at + start.len()..];
        rest = inside.find(end).map_or("", |to| &inside[to + end.len()..]);
    }
    out + rest
}

/// Whether `text` contains the word, in singular or plural.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let after = &text[at + word.len()..];
        let after = after.strip_prefix('s').unwrap_or(after);
        !text[..at].ends_with(part) && !after.starts_with(part)
    })
}

/// The anchor that mdBook gives to an entry: `live-local`.
pub fn id(entry: &str) -> String {
    entry.trim().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Glossary\n\nWords.\n\nLive local\n: A variable.\n\nYield\n: To stop.\n";

    #[test]
    fn an_entry_is_a_line_with_its_explanation_below_it() {
        assert_eq!(Glossary::read(PAGE).entries, ["Live local", "Yield"]);
        assert_eq!(Glossary::read("").entries, [""; 0]);
    }

    #[test]
    fn a_term_is_recorded_at_its_first_use_in_the_prose() {
        let page = "# Yield\n\nA `yield` of [it](yield.md), not-yield <b title=yield>\n\n\
                    {{#term yield|a}} fields\n\n```text\nyield\n```\n\n<svg>\nyield\n</svg>\n\
                    It Yields. And yields.\n";
        let used = Glossary::read(PAGE).used(page);
        let first = TermUse {
            entry: "Yield".into(),
            line: 14,
        };
        assert_eq!(used, [first]);
        let page = format!("{page}\n<!-- not the glossary's: yield, frame -->\n");
        assert_eq!(Glossary::read(PAGE).used(&page), []);
    }

    #[test]
    fn an_entry_is_found_in_any_case_and_the_error_suggests_similar_ones() {
        let glossary = Glossary::read(PAGE);
        assert_eq!(glossary.find("live local").unwrap(), "Live local");
        let fault = glossary.find("yeild").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "the glossary does not explain `yeild`. There are: Yield, Live local"
        );
    }
}
