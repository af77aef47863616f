//! The book: from the Markdown in `book/src` to pages, and to facts that can be proved.
//!
//! A page draws everything it claims from files that compile, run or print: its directives
//! (`{{#source …}}`, `{{#output …}}`, a `predict` fence …) are expanded here, once, for both
//! ways of building. `cargo course` builds in process (`build`); a stock mdBook calls the same
//! expansion as a preprocessor ([`preprocessor`]). What a page drew from where is kept as
//! [`PageFacts`], which the verifier then holds against the crates.
//!
//! | room | holds |
//! |---|---|
//! | `scan` | a page cut into prose, directives and fences |
//! | `expand` | each piece turned into what mdBook renders |
//! | `source`, `compare` and `rows`, [`output`], `predict`, `steps`, `inline`, `figures` | one kind of piece each |
//! | `invariants`, [`Glossary`] | what all pages promise, and the words they share |
//! | [`PageFacts`] | what the verifier asks |
//! | `site` | what an expansion may look up: the root, the exercises |
//! | `build`, [`preprocessor`] | the two ways in |

mod build;
mod compare;
mod expand;
mod facts;
mod figures;
mod glossary;
mod inline;
mod invariants;
pub mod output;
mod predict;
pub mod preprocessor;
mod problem;
mod rows;
mod scan;
mod site;
mod source;
mod steps;

pub use build::{assets, build};
pub use facts::{
    FailingBlock, Invariant, OutputUse, PageFacts, Prediction, RunBlock, SourceUse, TermUse,
    TestRef, WidgetUse, facts,
};
pub use glossary::Glossary;
pub use problem::{BookError, Fault, Problem};
pub use site::Site;
