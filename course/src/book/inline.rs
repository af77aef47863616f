//! Directives inside a line of prose: `{{#test path#name}}` and `{{#term entry}}`.
//!
//! A directive inside `code` or after a backslash is not expanded.

use super::{
    claims::{PageFacts, TermUse, TestRef},
    figures::{attribute, test_link},
    glossary::{self, Glossary},
    problem::Fault,
};

/// Where the links of a page lead.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    /// The path from the page to the book's root: `../` for a page in a directory.
    pub to_root: &'a str,
    /// The page that shows the tests. Empty if it is the page itself.
    pub tests_on: &'a str,
    /// The terms that a page may link to.
    pub glossary: &'a Glossary,
}

/// Replaces the inline directives of `text`, which starts on `line` of the page.
pub fn expand(
    text: &str,
    line: usize,
    links: &Links<'_>,
    facts: &mut PageFacts,
) -> Result<String, (usize, Fault)> {
    let mut out = String::with_capacity(text.len());
    for (index, content) in text.split_inclusive('\n').enumerate() {
        let line = line + index;
        expand_line(content, line, links, facts, &mut out).map_err(|fault| (line, fault))?;
    }
    Ok(out)
}

fn expand_line(
    text: &str,
    line: usize,
    links: &Links<'_>,
    facts: &mut PageFacts,
    out: &mut String,
) -> Result<(), Fault> {
    let mut rest = text;
    while let Some(at) = rest.find(['`', '{', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('`') {
            let code = code_span(rest);
            out.push_str(&rest[..code]);
            rest = &rest[code..];
        } else if let Some(escaped) = rest.strip_prefix("\\{{#").filter(|e| ours(e).is_some()) {
            out.push_str("{{#");
            rest = escaped;
        } else if let Some((name, arguments, length)) = rest.strip_prefix("{{#").and_then(ours) {
            out.push_str(&replace(name, arguments, line, links, facts)?);
            rest = &rest["{{#".len() + length..];
        } else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Ok(())
}

/// The length of the code span at the start of `text`. If the span is not closed, the length of its
/// backticks.
fn code_span(text: &str) -> usize {
    let ticks = text.bytes().take_while(|b| *b == b'`').count();
    let mut at = ticks;
    while let Some(next) = text[at..].find('`') {
        let start = at + next;
        let run = text[start..].bytes().take_while(|b| *b == b'`').count();
        at = start + run;
        if run == ticks {
            return at;
        }
    }
    ticks
}

/// Splits `test path#name}}…` into its name, its arguments and the length of both.
fn ours(text: &str) -> Option<(&str, &str, usize)> {
    let end = text.find("}}")?;
    let (name, arguments) = text[..end].split_once(' ')?;
    matches!(name, "test" | "term").then(|| (name, arguments.trim(), end + 2))
}

fn replace(
    name: &str,
    arguments: &str,
    line: usize,
    links: &Links<'_>,
    facts: &mut PageFacts,
) -> Result<String, Fault> {
    if name == "test" {
        let test =
            TestRef::parse(arguments, line).ok_or_else(|| Fault::BadTestName(arguments.into()))?;
        let link = test_link(&test, links.tests_on);
        facts.tests.push(test);
        return Ok(link);
    }
    // `{{#term waker}}`, or `{{#term waker|wakers}}` if the sentence needs another form of the
    // word.
    let (entry, shown) = arguments.split_once('|').unwrap_or((arguments, arguments));
    let entry = links.glossary.find(entry.trim())?;
    facts.terms.push(TermUse {
        entry: entry.into(),
        line,
    });
    Ok(format!(
        "<a class=\"term\" href=\"{}glossary.html#{}\">{}</a>",
        links.to_root,
        attribute(&glossary::id(entry)),
        attribute(shown.trim())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> (String, PageFacts) {
        let mut facts = PageFacts::default();
        let links = Links {
            to_root: "",
            tests_on: "",
            glossary: &Glossary::read("State machine\n: A `match`.\n"),
        };
        (expand(text, 10, &links, &mut facts).unwrap(), facts)
    }

    #[test]
    fn a_term_links_to_its_entry_and_shows_the_form_that_the_sentence_uses() {
        let (html, facts) = run("a {{#term state machine|state machines}}!");
        assert_eq!(
            html,
            "a <a class=\"term\" href=\"glossary.html#state-machine\">state machines</a>!"
        );
        assert_eq!(
            facts.terms,
            [TermUse {
                entry: "State machine".into(),
                line: 10
            }]
        );
    }

    #[test]
    fn a_test_links_to_its_source_and_is_recorded_with_its_line() {
        let (html, facts) = run("one\ntwo {{#test a/b.rs#c}}");
        assert!(html.contains("href=\"#test-b-c\""), "{html}");
        assert_eq!(
            (facts.tests[0].line, facts.tests[0].name.as_str()),
            (11, "c")
        );
    }

    #[test]
    fn a_directive_in_code_or_after_a_backslash_is_not_expanded() {
        assert_eq!(
            run("`{{#term a}}` ``x ` {{#term b}}``").0,
            "`{{#term a}}` ``x ` {{#term b}}``"
        );
        assert_eq!(run("\\{{#term a}} {x} \\n").0, "{{#term a}} {x} \\n");
    }
}
