//! The exercise of the second page of chapter 13. Its tests are in the file of the same
//! name under `tests/`.

pub mod leaves;
