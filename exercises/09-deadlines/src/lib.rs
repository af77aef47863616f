//! The exercise of the first page of chapter 09. Its tests are in the file of the same
//! name under `tests/`.

pub mod lost_deadline;
