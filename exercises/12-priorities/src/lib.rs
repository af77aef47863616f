//! The exercise of chapter 12's second page. Its tests are in the file of the same name
//! under `tests/`.

pub mod ready;
