//! The exercises of chapter 10, first page. Each exercise is one file, and its tests are
//! in the file of the same name under `tests/`.

pub mod closed;
pub mod watch;
