//! The exercises of chapter 05. Each stands in a file of its own, with its
//! tests in the file of the same name under `tests/`.

pub mod anchored;
pub mod join_all;
pub mod retry;
pub mod timeout;
