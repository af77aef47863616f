//! The exercises of chapter 06. Each stands in a file of its own, with its
//! tests in the file of the same name under `tests/`.

pub mod oneshot;
pub mod raw_vtable;
pub mod run_queue;
