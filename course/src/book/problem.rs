//! What can be wrong with a page, and how it is said: page, line, and what to do.

use std::{fmt, path::PathBuf};

use crate::{catalog::CatalogError, files::FileError};

/// One thing wrong on one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The page: `book/src/02-generators.md`.
    pub page: String,
    /// The line of the page, counted from one.
    pub line: usize,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.page, self.line, self.fault)
    }
}

/// The kinds of fault that a directive can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error(
        "there is no directive `{{{{#{0} …}}}}`; there are source, diff, output, exercise, widget, invariants, test and term"
    )]
    UnknownDirective(String),
    #[error("`{path}` cannot be read: {why}")]
    Unreadable { path: String, why: String },
    #[error(
        "`{0}` does not stay inside the repository: write it relative to the root, without `..`"
    )]
    OutsidePath(String),
    #[error("`{path}` has no `// ANCHOR: {anchor}` line{}", nearest(.known))]
    NoAnchor {
        path: String,
        anchor: String,
        known: Vec<String>,
    },
    #[error("`// ANCHOR: {anchor}` in `{path}` is never ended by `// ANCHOR_END: {anchor}`")]
    OpenAnchor { path: String, anchor: String },
    #[error(
        "`{path}` must start with the command that printed it: `$ command`, or `$~ command` if its figures vary"
    )]
    NoCommand { path: String },
    #[error("there is no exercise `{id}`{}", nearest(.known))]
    NoExercise { id: String, known: Vec<String> },
    #[error("a comparison is written `{{{{#diff old.rs:anchor new.rs:anchor}}}}`, not `{0}`")]
    BadComparison(String),
    #[error("`{0}` and `{1}` say the same: there is nothing to compare")]
    Same(String, String),
    #[error("a widget is written `{{{{#widget name traces/file.json}}}}`, not `{0}`")]
    BadWidget(String),
    #[error("the trace `{path}` is not what a widget reads: {why}")]
    BadTrace { path: String, why: String },
    #[error("the prediction cannot be read: {0}")]
    BadPrediction(String),
    #[error("a test is named `path/to/file.rs#test_name`, not `{0}`")]
    BadTestName(String),
    #[error("`{path}` has no test `{name}`{}", nearest(.known))]
    NoTest {
        path: String,
        name: String,
        known: Vec<String>,
    },
    #[error("the glossary does not explain `{term}`{}", nearest(.known))]
    NoTerm { term: String, known: Vec<String> },
    #[error("a `compile_fail` block says with which error it fails: `rust,compile_fail,E0499`")]
    NoErrorCode,
    #[error("a `rust,run` block belongs to a chapter, and `{0}` is no chapter's page")]
    NoChapter(String),
    #[error("an `output` block says what the `rust,run` block before it prints, and there is none")]
    StrayOutput,
}

fn nearest(known: &[String]) -> String {
    if known.is_empty() {
        String::new()
    } else {
        format!("; it has {}", known.join(", "))
    }
}

/// Why the book did not build.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error("{} of the book cannot be built:\n{}", count(.0.len()), lines(.0))]
    Pages(Vec<Problem>),
    #[error("mdBook could not build {}", .book.display())]
    MdBook {
        book: PathBuf,
        source: mdbook_driver::errors::Error,
    },
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("this is called by mdBook, with the book on standard input: {}", causes(.0))]
    Preprocess(mdbook_driver::errors::Error),
}

fn count(n: usize) -> String {
    if n == 1 {
        "A piece".into()
    } else {
        format!("{n} pieces")
    }
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|p| format!("  {p}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn causes(error: &mdbook_driver::errors::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
