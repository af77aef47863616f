//! Errors on a page: each names the page and the line, and says what to do.

use std::fmt;

/// One error on one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The path of the page: `book/src/02-generators.md`.
    pub page: String,
    /// The line on the page, counted from one.
    pub line: usize,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.page, self.line, self.fault)
    }
}

/// The errors that a directive can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error(
        "there is no directive `{{{{#{0} …}}}}`. There are: source, diff, output, exercise, exercises, runtime, widget, invariants, test, term"
    )]
    UnknownDirective(String),
    #[error("cannot read `{path}`: {why}")]
    Unreadable { path: String, why: String },
    #[error("`{0}` leads out of the repository. Write the path relative to its root, without `..`")]
    OutsidePath(String),
    #[error("`{path}` has no `// ANCHOR: {anchor}` line{}", nearest(.known))]
    NoAnchor {
        path: String,
        anchor: String,
        known: Vec<String>,
    },
    #[error("`// ANCHOR: {anchor}` in `{path}` has no end. Add `// ANCHOR_END: {anchor}`")]
    OpenAnchor { path: String, anchor: String },
    #[error(
        "`{path}` must start with the command that printed it: `$ command`, or `$~ command` if its figures vary"
    )]
    NoCommand { path: String },
    #[error("there is no exercise `{id}`{}", nearest(.known))]
    NoExercise { id: String, known: Vec<String> },
    #[error("write a comparison as `{{{{#diff old.rs:anchor new.rs:anchor}}}}`, not as `{0}`")]
    BadComparison(String),
    #[error("`{0}` and `{1}` are equal, so there is nothing to compare")]
    Same(String, String),
    #[error("write a widget as `{{{{#widget name traces/file.json}}}}`, not as `{0}`")]
    BadWidget(String),
    #[error("a widget cannot read the trace `{path}`: {why}")]
    BadTrace { path: String, why: String },
    #[error("cannot read the prediction: {0}")]
    BadPrediction(String),
    #[error("write the name of a test as `path/to/file.rs#test_name`, not as `{0}`")]
    BadTestName(String),
    #[error("`{path}` has no test `{name}`{}", nearest(.known))]
    NoTest {
        path: String,
        name: String,
        known: Vec<String>,
    },
    #[error("the glossary does not explain `{term}`{}", nearest(.known))]
    NoTerm { term: String, known: Vec<String> },
    #[error("a `compile_fail` block must name its error: `rust,compile_fail,E0499`")]
    NoErrorCode,
    #[error("a `rust,run` block needs a chapter, and the page `{0}` belongs to none of them")]
    NoChapter(String),
    #[error("the published book cannot offer this block as one file: {0}")]
    NoFile(String),
    #[error(
        "this `output` block has no `rust,run` block before it. Put it directly after the block that prints it"
    )]
    StrayOutput,
}

fn nearest(known: &[String]) -> String {
    if known.is_empty() {
        String::new()
    } else {
        format!(". There are: {}", known.join(", "))
    }
}
