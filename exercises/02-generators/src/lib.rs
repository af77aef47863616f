//! The exercises of chapter 02. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod batch;
pub mod interleave;
pub mod round_robin;
pub mod varint;
