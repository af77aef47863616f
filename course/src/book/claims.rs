//! The claims and contents of a page, as data. The expansion of a page fills it in, and the verifier
//! checks it. All paths start at the root of the repository and use forward slashes. All line
//! numbers count from 1.

use std::ops::RangeInclusive;

/// What one page shows and claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// The path of the page: `book/src/02-generators.md`.
    pub page: String,
    /// Every `{{#source}}`. An anchor that is used several times has one entry for each range of
    /// lines.
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
    /// The glossary's terms in the page's prose, each at its first use, with or without a link.
    pub words: Vec<TermUse>,
    /// The list under `## Invariants`.
    pub invariants: Vec<Invariant>,
    /// Every `{{#exercise}}`: its id and its line on the page.
    pub exercises: Vec<(String, usize)>,
    /// Every `{{#widget}}`.
    pub widgets: Vec<WidgetUse>,
}

/// Lines of a source file that the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceUse {
    /// `chapters/02-generators/src/lib.rs`
    pub path: String,
    /// The lines of the file that the page shows. Anchor lines between them are included.
    pub lines: RangeInclusive<usize>,
    /// The line on the page.
    pub line: usize,
}

/// A recorded output that the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputUse {
    /// `chapters/02-generators/outputs/tree.txt`
    pub path: String,
    /// The line on the page.
    pub line: usize,
}

/// A block that the reader can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunBlock {
    /// The code as written. If it has no `fn main`, the runner wraps it in one.
    pub code: String,
    /// The ` ```output ` block after it, if there is one.
    pub output: Option<String>,
    /// The line on the page.
    pub line: usize,
}

/// A block that must not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingBlock {
    /// The code as written.
    pub code: String,
    /// `E0499`
    pub error: String,
    /// The line on the page.
    pub line: usize,
}

/// A question that the reader answers before the page does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// The id of the question.
    pub id: String,
    /// The tests that prove the right choice.
    pub checked_by: Vec<TestRef>,
    /// The line on the page.
    pub line: usize,
}

/// A test that the page names: `chapters/02-generators/tests/promises.rs#name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRef {
    /// `chapters/02-generators/tests/promises.rs`
    pub path: String,
    /// The function's name.
    pub name: String,
    /// The line on the page.
    pub line: usize,
}

/// A term of the glossary on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermUse {
    /// The name of the entry, as in the glossary.
    pub entry: String,
    /// The line on the page.
    pub line: usize,
}

/// An invariant of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// Its number on the page.
    pub number: usize,
    /// Its Markdown, with directives.
    pub text: String,
    /// The line on the page.
    pub line: usize,
}

/// A widget and the trace it plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WidgetUse {
    /// `generator`
    pub widget: String,
    /// The path of the trace below `book/`: `traces/02-generators.json`.
    pub trace: String,
    /// The line on the page.
    pub line: usize,
}

impl TestRef {
    /// Reads `path/to/file.rs#name` from `line` of a page.
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
