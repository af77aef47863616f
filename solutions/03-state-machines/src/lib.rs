//! The exercises of chapter 03. Each stands in a file of its own, with its
//! tests in the file of the same name under `tests/`.

pub mod diet;
pub mod publish;
pub mod tasks;
pub mod transfer;
