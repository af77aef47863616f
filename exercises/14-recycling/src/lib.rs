//! The exercises of chapter 14. Each exercise is one file, and its tests are in the file of
//! the same name under `tests/`.

pub mod lost;
pub mod pack;
pub mod pool;
