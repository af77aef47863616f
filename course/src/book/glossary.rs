//! The words that the book explains: `{{#term …}}` leads to one of them, or to nothing at all.

use super::problem::Fault;

/// The entries of `glossary.md`, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    /// As they are written there: `Live local`.
    pub entries: Vec<String>,
}

impl Glossary {
    /// Reads the page: an entry is a line with its explanation, `: …`, below it.
    pub fn read(page: &str) -> Self {
        let lines: Vec<&str> = page.lines().collect();
        let entries = lines.windows(2).filter(|pair| pair[1].starts_with(": "));
        Self {
            entries: entries.map(|pair| pair[0].trim().to_owned()).collect(),
        }
    }

    /// The entry that `word` names, in whatever case; the fault names those most like it.
    pub fn find(&self, word: &str) -> Result<&str, Fault> {
        let found = self.entries.iter().find(|entry| id(entry) == id(word));
        found.map(String::as_str).ok_or_else(|| Fault::NoTerm {
            term: word.into(),
            known: self.nearest(word),
        })
    }

    fn nearest(&self, word: &str) -> Vec<String> {
        /// How many names are suggested at most.
        const SUGGESTIONS: usize = 3;
        let likeness = |entry: &String| strsim::jaro_winkler(&id(entry), &id(word));
        let mut entries = self.entries.clone();
        entries.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
        entries.truncate(SUGGESTIONS);
        entries
    }
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
    fn an_entry_is_found_in_any_case_and_a_missing_one_names_those_like_it() {
        let glossary = Glossary::read(PAGE);
        assert_eq!(glossary.find("live local").unwrap(), "Live local");
        let fault = glossary.find("yeild").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "the glossary does not explain `yeild`; it has Yield, Live local"
        );
    }
}
