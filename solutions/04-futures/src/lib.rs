//! The exercises of chapter 04. Each stands in a file of its own, with its
//! tests in the file of the same name under `tests/`.

pub mod join_all;
pub mod pairs;
pub mod timeout;
