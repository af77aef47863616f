//! The exercises of chapter 01. Each stands in a file of its own, with its
//! tests in the file of the same name under `tests/`.

pub mod pump;
pub mod read_line;
