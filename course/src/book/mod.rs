//! The book: from the Markdown in `book/src` to pages, and to facts that can be proved.
//!
//! A page draws everything it claims from files that compile, run or print: its directives
//! (`{{#source …}}`, `{{#output …}}`, a `predict` fence …) are expanded here, once, for both
//! ways of building. `cargo course` builds in process ([`build`]); a stock mdBook calls the same
//! expansion as a preprocessor ([`preprocessor`]). What a page drew from where is kept as
//! [`facts::PageFacts`], which the verifier then holds against the crates.
//!
//! | room | holds |
//! |---|---|
//! | [`scan`] | a page cut into prose, directives and fences |
//! | [`expand`] | each piece turned into what mdBook renders |
//! | [`source`], [`output`], [`predict`], [`steps`], [`inline`], [`figures`] | one kind of piece each |
//! | [`facts`], [`coverage`] | what the verifier asks |
//! | [`site`] | what an expansion may look up: the root, the exercises |
//! | [`build`], [`preprocessor`] | the two ways in |

pub mod build;
pub mod coverage;
pub mod expand;
pub mod facts;
pub mod figures;
pub mod inline;
pub mod output;
pub mod predict;
pub mod preprocessor;
pub mod problem;
pub mod scan;
pub mod site;
pub mod source;
pub mod steps;

pub use build::{Built, build, page_facts};
pub use facts::PageFacts;
pub use problem::{BookError, Problem};
pub use site::Site;
