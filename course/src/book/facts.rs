//! What a page claims, as data: the verifier proves it, the parser of the
//! directives collects it. All paths are from the clone's root, with forward
//! slashes; all line numbers count from 1.

use std::ops::RangeInclusive;
use std::path::Path;

use super::{BookError, Site, expand};
use crate::catalog::Layout;
use crate::files;

/// What one page claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// The page: `book/src/02-generators.md`.
    pub page: String,
    /// Every `{{#source}}`; one for each run of lines where its anchor is used several times.
    pub sources: Vec<SourceUse>,
    /// Every `{{#output}}`.
    pub outputs: Vec<OutputUse>,
    /// Every ` ```rust,run ` block.
    pub runs: Vec<RunBlock>,
    /// Every ` ```rust,compile_fail,E… ` block.
    pub failing: Vec<FailingBlock>,
    /// Every ` ```predict ` block.
    pub predictions: Vec<Prediction>,
    /// Every `{{#test}}`.
    pub tests: Vec<TestRef>,
    /// Every `{{#term}}`.
    pub terms: Vec<TermUse>,
    /// The glossary's words in the page's prose, each at its first use, linked or not.
    pub words: Vec<TermUse>,
    /// What stands under `## Invariants`.
    pub invariants: Vec<Invariant>,
    /// Every `{{#exercise}}`: its id, and the line it stands on.
    pub exercises: Vec<(String, usize)>,
    /// Every `{{#widget}}`.
    pub widgets: Vec<WidgetUse>,
}

/// Lines of a source file that stand on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceUse {
    /// `chapters/02-generators/src/lib.rs`
    pub path: String,
    /// The file's lines that are shown. Comment lines of anchors inside count as shown.
    pub lines: RangeInclusive<usize>,
    /// Where on the page.
    pub line: usize,
}

/// A recorded output that stands on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputUse {
    /// `chapters/02-generators/outputs/tree.txt`
    pub path: String,
    /// Where on the page.
    pub line: usize,
}

/// A block the reader can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunBlock {
    /// The code as written; without `fn main` it is wrapped in one.
    pub code: String,
    /// The ` ```output ` block that follows, if there is one.
    pub output: Option<String>,
    /// Where on the page.
    pub line: usize,
}

/// A block that must not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingBlock {
    /// The code as written.
    pub code: String,
    /// `E0499`
    pub error: String,
    /// Where on the page.
    pub line: usize,
}

/// A question asked before the answer is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// Its id.
    pub id: String,
    /// The tests that hold the right choices.
    pub checked_by: Vec<TestRef>,
    /// Where on the page.
    pub line: usize,
}

/// A test that the page names: `chapters/02-generators/tests/promises.rs#name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRef {
    /// `chapters/02-generators/tests/promises.rs`
    pub path: String,
    /// The function's name.
    pub name: String,
    /// Where on the page.
    pub line: usize,
}

/// A word of the glossary on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermUse {
    /// The entry, as the glossary writes it.
    pub entry: String,
    /// Where on the page.
    pub line: usize,
}

/// A promise of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// Its number, as written.
    pub number: usize,
    /// Its Markdown, directives and all.
    pub text: String,
    /// Where on the page.
    pub line: usize,
}

/// A widget and the trace it plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WidgetUse {
    /// `generator`
    pub widget: String,
    /// As written, from `book/`: `traces/02-generators.json`.
    pub trace: String,
    /// Where on the page.
    pub line: usize,
}

impl TestRef {
    /// Reads `path/to/file.rs#name`, written on `line` of a page.
    pub fn parse(text: &str, line: usize) -> Option<Self> {
        let (path, name) = text.trim().split_once('#')?;
        let filled = !path.is_empty() && !name.is_empty();
        filled.then(|| Self {
            path: path.into(),
            name: name.into(),
            line,
        })
    }
}

/// What the page at `page` claims.
pub fn facts(layout: &Layout, page: &Path) -> Result<PageFacts, BookError> {
    let text = files::read(page)?;
    let name = layout.show(page);
    let name = name.strip_prefix("book/src/").unwrap_or(&name);
    let site = Site::load(layout)?;
    let mut expanded = expand::page(&site, name, &text);
    if expanded.problems.is_empty() {
        // Only here: a reader who waits for the book to be rebuilt need not wait for this.
        expanded.facts.words = site.glossary().used(&text);
        Ok(expanded.facts)
    } else {
        Err(BookError::Pages(expanded.problems))
    }
}
