//! The exercises of chapter 12. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod budget;
pub mod keeper;
