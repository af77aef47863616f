//! The exercises of chapter 02. Each stands in a file of its own, with its
//! tests in the file of the same name under `tests/`.

pub mod batch;
pub mod interleave;
pub mod round_robin;
pub mod varint;
