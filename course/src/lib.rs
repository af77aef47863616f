//! The reader's tool, as a library. `main.rs` and the book's server both use it.
//!
//! | module | purpose |
//! |---|---|
//! | [`catalog`] | the paths of the clone, and its chapters and exercises |
//! | [`skeleton`] | turns solutions into skeletons |
//! | [`runner`] | builds and tests an exercise with limits, and returns a [`runner::Verdict`] |
//! | [`progress`] | the text file that remembers which exercises are solved |
//! | [`work`] | keeps the reader's files in `work/`, updates them and resets them |
//! | [`grade`] | copies the reader's `src/` next to the course's own tests |
//! | [`watch`] | reports changed files, by notification or by polling |
//! | [`book`] | expands the directives, builds the book, and collects the claims of each page |
//! | [`serve`] | serves the book on `wakeful`, with interactive pages |
//! | [`verify`] | checks for each chapter what its page claims |
//! | [`cli`], [`commands`], [`terminal`] | the command line |

pub mod book;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod files;
mod git;
pub mod grade;
pub mod progress;
pub mod runner;
pub mod serve;
pub mod skeleton;
pub mod terminal;
pub mod verify;
pub mod watch;
pub mod work;
