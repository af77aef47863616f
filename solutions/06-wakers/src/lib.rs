//! The exercises of chapter 06. Each exercise is one file, and its tests are in the
//! file of the same name under `tests/`.

pub mod oneshot;
#[cfg(feature = "loom")]
pub mod orderings;
pub mod raw_vtable;
