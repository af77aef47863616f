//! The exercises of chapter 04. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod leaf;
pub mod pairs;
