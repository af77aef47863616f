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
//! | `source`, [`output`], `predict`, `steps`, `inline`, `figures` | one kind of piece each |
//! | [`PageFacts`] | what the verifier asks |
//! | `site` | what an expansion may look up: the root, the exercises |
//! | `build`, [`preprocessor`] | the two ways in |

mod build;
mod expand;
mod facts;
mod figures;
mod inline;
pub mod output;
mod predict;
pub mod preprocessor;
mod problem;
mod scan;
mod site;
mod source;
mod steps;

pub use build::{assets, build};
pub use facts::{
    FailingBlock, OutputUse, PageFacts, Prediction, RunBlock, SourceUse, TestRef, WidgetUse, facts,
};
pub use problem::{BookError, Fault, Problem};
pub use site::Site;
