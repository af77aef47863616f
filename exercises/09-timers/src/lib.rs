//! The exercises of chapter 09. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod heartbeat;
pub mod idle;
