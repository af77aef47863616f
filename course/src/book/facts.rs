//! What a page says about the crates: the verifier's list of things to prove.
//!
//! Paths are relative to the repository's root and written with `/`.

use std::path::PathBuf;

/// All that one page draws on or claims.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PageFacts {
    /// The page, relative to `book/src`: `02-generators.md`.
    pub page: String,
    /// The chapter it belongs to, where `chapters/<stem>` exists: `02-generators`.
    pub chapter: Option<String>,
    /// Lines of source shown.
    pub sources: Vec<SourceUse>,
    /// Outputs shown.
    pub outputs: Vec<OutputUse>,
    /// Exercises whose panel stands on the page.
    pub exercises: Vec<Named>,
    /// Widgets and the recorded runs they step.
    pub widgets: Vec<WidgetUse>,
    /// Predictions, each with the test that settles it.
    pub predictions: Vec<PredictionUse>,
    /// Blocks that a reader can run.
    pub runs: Vec<RunUse>,
    /// Blocks that must not compile.
    pub fails: Vec<FailUse>,
    /// Tests named in the text.
    pub tests: Vec<TestUse>,
    /// Glossary entries named in the text.
    pub terms: Vec<Named>,
}

/// A name on a line of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The line of the page.
    pub line: usize,
    /// An exercise's id, or a glossary entry's anchor.
    pub id: String,
}

/// `{{#source path:anchor}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceUse {
    /// The line of the page.
    pub line: usize,
    /// The file shown.
    pub path: String,
    /// The anchor in it, or the whole file.
    pub anchor: Option<String>,
    /// The first line shown, counted from one.
    pub first: usize,
    /// The last line shown.
    pub last: usize,
}

/// `{{#output path}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputUse {
    /// The line of the page.
    pub line: usize,
    /// The file that holds the output.
    pub path: String,
    /// The command that must print it again.
    pub command: String,
    /// Whether its figures vary from run to run.
    pub varies: bool,
    /// What it printed.
    pub text: String,
    /// The exit code it must end with.
    pub exit: i32,
}

/// `{{#widget name trace}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WidgetUse {
    /// The line of the page.
    pub line: usize,
    /// The widget: `book/widgets/<name>.js`.
    pub widget: String,
    /// The recorded run, relative to `book/`.
    pub trace: String,
}

/// A `predict` fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredictionUse {
    /// The line of the page.
    pub line: usize,
    /// Its id, unique in the book.
    pub id: String,
    /// The test that settles it.
    pub checked_by: TestName,
}

/// A `rust,run` fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunUse {
    /// The line of the page.
    pub line: usize,
    /// The program, as written in the page (perhaps without a `fn main`).
    pub code: String,
    /// What the `output` fence after it says that it prints.
    pub prints: Option<String>,
}

/// A `rust,compile_fail` fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailUse {
    /// The line of the page.
    pub line: usize,
    /// The program, as written in the page (perhaps without a `fn main`).
    pub code: String,
    /// The compiler's code for the error.
    pub error: Option<String>,
}

/// `{{#test path#name}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestUse {
    /// The line of the page.
    pub line: usize,
    /// Which test.
    pub test: TestName,
}

/// A test by its file and the name of its function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TestName {
    /// The file.
    pub path: String,
    /// The function.
    pub name: String,
}

impl TestName {
    /// Reads `path/to/file.rs#name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, name) = text.trim().split_once('#')?;
        (!path.is_empty() && !name.is_empty()).then(|| Self { path: path.into(), name: name.into() })
    }
}

impl PageFacts {
    /// Every file the page was made from: a change in one of them changes the page.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let traces = self.widgets.iter().map(|w| PathBuf::from("book").join(&w.trace));
        let sources = self.sources.iter().map(|s| PathBuf::from(&s.path));
        let outputs = self.outputs.iter().map(|o| PathBuf::from(&o.path));
        let tests = self.tests.iter().map(|t| PathBuf::from(&t.test.path));
        let checks = self.predictions.iter().map(|p| PathBuf::from(&p.checked_by.path));
        traces.chain(sources).chain(outputs).chain(tests).chain(checks)
    }
}
