//! The exercises of chapter 01. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod pump;
pub mod read_line;
