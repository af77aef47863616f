//! Your own runtime. Each module is an exercise of the chapter that introduces
//! it, and later modules use the earlier ones. The tests of a module are in the
//! file of the same name under `tests/`.

pub mod deadlines;
