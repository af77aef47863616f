//! The reader's tool, as a library: `main.rs` and the book's server are two faces of it.
//!
//! | room | holds |
//! |---|---|
//! | [`catalog`] | where everything lies, which chapters and exercises there are, how they are named |
//! | [`skeleton`] | solutions turned into skeletons, and an exercise put back to its skeleton |
//! | [`runner`] | builds and tests an exercise, with limits, and says what came of it: a [`runner::Verdict`] |
//! | [`progress`] | the plain text file that remembers what is solved |
//! | [`work`] | `work/`, where the reader's files live: made, brought up to date, never lost |
//! | [`watch`] | told when a file changes, by notification or by polling |
//! | [`book`] | the book: its directives, its build, what each of its pages claims |
//! | [`serve`] | the book served on `wakeful`, with everything in it live |
//! | [`verify`] | proves for each chapter what its page claims |
//! | [`cli`], [`commands`], [`terminal`] | the command line |

pub mod book;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod files;
pub mod progress;
pub mod runner;
pub mod serve;
pub mod skeleton;
pub mod terminal;
pub mod verify;
pub mod watch;
pub mod work;
