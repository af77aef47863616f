//! The exercises of chapter 08. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod lost_event;
pub mod many_waiters;
