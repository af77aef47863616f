//! The book: turns the Markdown in `book/src` into pages and into facts that we can check.
//!
//! A page does not contain code or output of its own. Its directives (`{{#source …}}`, `{{#output
//! …}}`, a `predict` fence …) name files that compile, run or print. This module replaces each
//! directive with the text of its file. Both ways of building use the same code: `cargo course`
//! builds in process (`build`), and a stock mdBook calls the preprocessor ([`preprocessor`]).
//! [`PageFacts`] records which file each part of a page came from, and the verifier compares those
//! records with the crates.
//!
//! | module | purpose |
//! |---|---|
//! | `scan` | cuts a page into prose, directives and fences |
//! | `expand` | turns each piece into Markdown that mdBook renders |
//! | `source`, `compare` and `rows`, [`output`], `predict`, `steps`, `inline`, `figures` | each
//! expands one kind of piece |
//! | `invariants`, [`Glossary`] | collect the invariants and the terms of all pages |
//! | `overview` | lists all exercises, and draws the reader's runtime |
//! | `claims` ([`PageFacts`]) | what a page shows and claims, for the verifier |
//! | `site` | what an expansion can look up: files, exercises, the glossary |
//! | [`playground`] and `one_file`, `bundle`, `generated`, `identity` and `summary` | what only a published book has |
//! | `build`, [`preprocessor`], [`facts()`] | the three entry points |

mod build;
mod bundle;
mod claims;
mod compare;
mod error;
mod expand;
mod facts;
mod figures;
mod generated;
mod glossary;
mod identity;
mod inline;
mod invariants;
mod one_file;
pub mod output;
mod overview;
pub mod playground;
mod predict;
pub mod preprocessor;
mod problem;
mod rows;
mod scan;
mod site;
mod source;
mod steps;
mod summary;

pub use build::{build, publish};
pub use bundle::BundleError;
pub use claims::{
    FailingBlock, Invariant, OutputUse, PageFacts, Prediction, RunBlock, SourceUse, TermUse,
    TestRef, WidgetUse,
};
pub use error::BookError;
pub use facts::facts;
pub use glossary::Glossary;
pub use problem::{Fault, Problem};
pub use site::{Face, Site};
