//! The exercises of chapter 07. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod task_set;
pub mod wrong_task;
