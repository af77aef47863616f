//! Counts allocations.

use std::process::ExitCode;
use wakeful_dynamic_benchmarks::counter::Counter;

#[global_allocator]
static ALLOCATOR: Counter = Counter;

fn main() -> ExitCode {
    wakeful_dynamic_benchmarks::sampling::main()
}
