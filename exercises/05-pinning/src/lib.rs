//! The exercises of chapter 05. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod anchored;
pub mod project;
pub mod retry;
