//! The exercises of the first page of chapter 13. Their tests are in the files of the
//! same names under `tests/`.

pub mod iterator;
pub mod reusable;
