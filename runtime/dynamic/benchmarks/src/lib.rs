//! Measures `wakeful-dynamic` beside the published crates for async methods behind `dyn`. The
//! README has the tables, and says how to print them.
//!
//! - `work` is what each contender does, and `contenders` does it with each crate.
//! - `rows` lists the rows of the tables.
//! - `sampling` is the program that measures. It exists once for each allocator.
//! - `options`, `program` and `table` belong to the program that starts the others, and prints.

#[cfg(not(target_os = "linux"))]
compile_error!("the benchmarks run on Linux only: they read the processor clock");

pub mod contenders;
pub mod counter;
pub mod harness;
pub mod options;
pub mod program;
pub mod rows;
pub mod sampling;
pub mod table;
pub mod work;
