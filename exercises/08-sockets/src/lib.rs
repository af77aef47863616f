//! The exercises of chapter 08's second page. Each exercise is one file, and its tests
//! are in the file of the same name under `tests/`.

pub mod forward;
