//! Measures with the allocator of the system, which is that of glibc.

use std::process::ExitCode;

fn main() -> ExitCode {
    wakeful_dynamic_benchmarks::sampling::main()
}
