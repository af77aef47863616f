//! The exercises of chapter 11. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod group_commit;
pub mod last_readings;
pub mod lines;
