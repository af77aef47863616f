//! The exercises of chapter 10, second page. Each exercise is one file, and its tests are
//! in the file of the same name under `tests/`.

pub mod double_wake;
pub mod lost_batch;
