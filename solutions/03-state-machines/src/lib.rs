//! The exercises of chapter 03. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod diet;
pub mod publish;
pub mod tasks;
pub mod transfer;
